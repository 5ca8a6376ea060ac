// The built standalone proxy as a process of its own, with a way to ask for its heap and its open files.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isObject, parseJson } from '../../src/proxy/wire/json';

export interface ProxyProcess {
  readonly url: string;
  readonly token: string;
  /** Bytes of the heap that are in use after a collection. */
  heapBytes(): Promise<number>;
  /** Open file descriptors; undefined where the system does not tell. */
  openFiles(): number | undefined;
  /** Lines of the log that tell of a bug. */
  readonly bugs: readonly string[];
  readonly hasExited: boolean;
  stop(): Promise<void>;
}

const builtEntry = path.resolve(__dirname, '../../dist/standalone.js');

/** Runs inside the proxy's process: SIGUSR2 collects the garbage and tells what is left. */
const probe = `process.on('SIGUSR2', () => {
  for (let round = 0; round < 4; round += 1) globalThis.gc();
  process.stderr.write('heap=' + process.memoryUsage().heapUsed + '\\n');
});`;

/** Starts the proxy, or another build of it, with these `switchyard.*` settings. */
export async function startProxyProcess(
  settings: Readonly<Record<string, unknown>>,
  entry = builtEntry,
): Promise<ProxyProcess> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'switchyard-soak-'));
  const settingsFile = path.join(folder, 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(settings));
  const probeUrl = `data:text/javascript,${encodeURIComponent(probe)}`;
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', probeUrl, entry, '--settings', settingsFile],
    { env: { PATH: process.env['PATH'], HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const bugs: string[] = [];
  const onHeap: ((bytes: number) => void)[] = [];
  readLines(child, (line) => {
    const heap = /^heap=(\d+)$/.exec(line)?.[1];
    if (heap !== undefined) onHeap.shift()?.(Number(heap));
    else if (/ bug|warning|uncaught/i.test(line)) bugs.push(line);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = parseJson(await firstLine(child));
  if (!isObject(address)) throw new Error('the proxy did not tell its address');
  return {
    url: String(address['url']),
    token: String(address['token']),
    bugs,
    get hasExited() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    heapBytes: () =>
      new Promise((resolve) => {
        onHeap.push(resolve);
        child.kill('SIGUSR2');
      }),
    openFiles() {
      try {
        return readdirSync(`/proc/${child.pid}/fd`).length;
      } catch {
        // Only Linux has this folder; the count of the upstream's sockets says the same elsewhere.
        return undefined;
      }
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    const lines = (text + chunk.toString('utf8')).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.includes('\n')) resolve(text);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}`)));
  });
}
