// Starts the built standalone proxy the way a person does on a machine without VS Code.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LogLevel } from '../../src/proxy/protocol';
import { makeTemporaryFolder, removeFolder } from './folders';

export interface StandaloneOptions {
  /** The `switchyard.*` settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** API keys by credential. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Default: its own. */
  readonly logLevel?: LogLevel;
}

export interface Standalone {
  readonly url: string;
  readonly token: string;
  /** Everything it wrote to standard error so far. */
  log(): string;
  /** Asks it to drain; resolves with its exit code. */
  stop(): Promise<number | null>;
}

const ENTRY = path.resolve(__dirname, '../../dist/standalone.js');
const START_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 10_000;

/** Resolves when the proxy has said where it listens; rejects with its log where it does not. */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const folder = makeTemporaryFolder('standalone');
  const settingsFile = path.join(folder, 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(options.settings));
  const { logLevel } = options;
  const level = logLevel === undefined ? [] : ['--log-level', logLevel];
  const child = spawn(process.execPath, [ENTRY, '--settings', settingsFile, ...level], {
    env: { PATH: process.env['PATH'], HOME: folder, ...keyVariables(options.keys ?? {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8');
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const firstLine = new Promise<string>((resolve, reject) => {
    let text = '';
    const timer = setTimeout(
      () => reject(new Error(`the standalone proxy does not listen:\n${log}`)),
      START_LIMIT_MS,
    );
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(text);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the standalone proxy ended with ${code}:\n${log}`));
    });
  });
  const { url, token } = readAddress(await firstLine);
  return {
    url,
    token,
    log: () => log,
    stop: async () => {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      child.kill('SIGTERM');
      const code = await exited;
      clearTimeout(timer);
      await removeFolder(folder);
      return code;
    },
  };
}

function keyVariables(keys: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(keys).map(([credential, key]) => [
      `SWITCHYARD_API_KEY_${credential.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`,
      key,
    ]),
  );
}

function readAddress(line: string): { readonly url: string; readonly token: string } {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || !('url' in value && 'token' in value)) {
    throw new Error(`the standalone proxy said: ${line}`);
  }
  return { url: String(value.url), token: String(value.token) };
}
