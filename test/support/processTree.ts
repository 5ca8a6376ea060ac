// What a program has started and leaves behind when it ends: found and waited for by `ps`.
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './processes';

const POLL_MS = 100;

export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Everything that a process has started and that still runs, children of children included. */
export async function processesBelow(pid: number): Promise<readonly ListedProcess[]> {
  const all = await listProcesses();
  const below: ListedProcess[] = [];
  for (let parents = [pid]; parents.length > 0; ) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    below.push(...children);
    parents = children.map((child) => child.pid);
  }
  return below;
}

/** Waits until all of these have ended; those that have not by then are killed. */
export async function waitUntilEnded(
  processes: readonly ListedProcess[],
  limitMs: number,
): Promise<void> {
  const endAt = Date.now() + limitMs;
  for (;;) {
    const present = new Set((await listProcesses()).map(({ pid }) => pid));
    const left = processes.filter(({ pid }) => present.has(pid));
    if (left.length === 0) return;
    if (Date.now() > endAt) {
      for (const one of left) signal(one, 'SIGKILL');
      return;
    }
    await sleep(POLL_MS);
  }
}

export function signal({ pid }: ListedProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** None where there is no `ps`; without those that have ended and that only their parent has not heard of yet. */
async function listProcesses(): Promise<readonly ListedProcess[]> {
  const listing = run('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args=']);
  const { stdout } = await listing.catch(() => ({ stdout: '' }));
  const lines = stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+([^Z\s]\S*)\s+(.*)$/gm);
  return [...lines].map(([, pid, parent, , command = '']) => ({
    pid: Number(pid),
    parent: Number(parent),
    command,
  }));
}
