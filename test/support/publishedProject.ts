// The project's files at an https address, as after a publication: VS Code shows no other pictures of a README.
import path from 'node:path';
import type { Page } from 'playwright-core';
import { PROJECT_FOLDER } from '../../scripts/project';

export const publishedUrl = 'https://switchyard.example/files';

/** Answers what the page asks of that address, whose name nobody resolves. */
export async function publishProject(page: Page): Promise<void> {
  await page.route(`${publishedUrl}/**`, async (route) => {
    const file = decodeURIComponent(
      new URL(route.request().url()).pathname.slice('/files/'.length),
    );
    await route.fulfill({ path: path.join(PROJECT_FOLDER, file) });
  });
}
