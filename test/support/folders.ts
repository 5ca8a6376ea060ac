// Temporary folders of tests.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Makes an empty folder whose name tells what it is for. */
export function makeTemporaryFolder(purpose: string): string {
  return mkdtempSync(path.join(os.tmpdir(), `switchyard-${purpose}-`));
}

/** Removes a folder, waiting for programs that still write into it as they end. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
