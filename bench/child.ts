// The bench's child processes: started, asked, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { PROJECT_FOLDER } from '../scripts/project';
import { type Asked, type Memory, memory, reply } from './messages';

export const BENCH_FOLDER = path.join(PROJECT_FOLDER, 'out/bench');

export interface ChildOptions {
  readonly script: string;
  readonly parameters?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  readonly cwd?: string;
}

export interface Child {
  /** The first line that it writes to standard output; before it, questions to the script itself would be lost. */
  readonly firstLine: Promise<string>;
  readonly log: () => string;
  ask(asked: Asked): Promise<unknown>;
  /** CPU time that the whole process has used so far, all threads. */
  cpuMs(): Promise<number>;
  memory(): Promise<Memory>;
  /** Memory after a collection. */
  collect(): Promise<Memory>;
  stop(): Promise<void>;
}

const stopLimitMs = 5_000;

/** Starts a script in a Node of its own, with the probe loaded before it. */
export function startChild(options: ChildOptions): Child {
  const probe = pathToFileURL(path.join(BENCH_FOLDER, 'probe.js')).href;
  const flags = [...(options.nodeFlags ?? []), '--expose-gc', '--import', probe];
  const child = spawn(process.execPath, [...flags, options.script, ...(options.parameters ?? [])], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-maxLogChars);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ask = createAsk(child, () => log);
  return {
    firstLine: readFirstLine(child, () => log),
    log: () => log,
    ask,
    cpuMs: async () => z.number().parse(await ask({ ask: 'cpu' })),
    memory: async () => memory.parse(await ask({ ask: 'memory' })),
    collect: async () => memory.parse(await ask({ ask: 'collect' })),
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(timer);
    },
  };
}

const maxLogChars = 20_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

function createAsk(child: ChildProcess, log: () => string): (asked: Asked) => Promise<unknown> {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  child.on('message', (message: unknown) => {
    const read = reply.safeParse(message);
    if (!read.success) return;
    const { id, value, error } = read.data;
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asker?.resolve(value);
    else asker?.reject(new Error(error));
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) {
      reject(new Error(`a process of the bench ended with ${code}:\n${log()}`));
    }
  });
  return (asked) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      child.send({ ...asked, id: lastId });
    });
}

function readFirstLine(child: ChildProcess, log: () => string): Promise<string> {
  const line = new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${log()}`)));
  });
  // Not everybody waits for it.
  line.catch(() => undefined);
  return line;
}

const address = z.object({ url: z.string(), token: z.string() });

/** What a process of ours says when it listens. */
export async function addressOf(child: Child): Promise<z.infer<typeof address>> {
  return address.parse(JSON.parse(await child.firstLine));
}
