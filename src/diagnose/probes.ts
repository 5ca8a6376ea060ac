import { readdir, readFile, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import type { PortAnswer, PortHolder } from './proxyChecks';

const answerTimeoutMs = 3_000;
const maxAnswerChars = 4_096;

/** Who answers on a port of 127.0.0.1. By a plain socket, which no HTTP proxy of the host takes elsewhere. */
export function whoAnswers(port: number): Promise<PortAnswer> {
  return new Promise((resolve) => {
    let text = '';
    let isConnected = false;
    const socket = connect({ host: '127.0.0.1', port });
    const finish = (): void => {
      socket.destroy();
      if (!isConnected) resolve('none');
      else resolve(/"service":"switchyard"/.test(text) ? 'switchyard' : 'other');
    };
    socket.setTimeout(answerTimeoutMs, finish);
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      isConnected = true;
      socket.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > maxAnswerChars) finish();
    });
    socket.on('error', finish);
    socket.on('close', finish);
  });
}

/** The program that listens on a port of this machine. Only Linux tells, and only of the person's own programs. */
export async function whoListens(port: number): Promise<PortHolder | undefined> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readText(`/proc/net/${name}`)));
  const inode = tables.map((table) => listeningInode(table ?? '', port)).find(Boolean);
  if (inode === undefined) return undefined;
  const processes = await readdir('/proc').catch(() => []);
  for (const id of processes.filter((name) => /^\d+$/.test(name))) {
    if (!(await holdsSocket(id, inode))) continue;
    const program = (await readText(`/proc/${id}/comm`))?.trim();
    return program === undefined ? undefined : { program, processId: Number(id) };
  }
  return undefined;
}

/** From a table of the kernel: `0: 0100007F:1F90 00000000:0000 0A … inode`. */
export function listeningInode(table: string, port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const isListening = '0A';
  for (const line of table.split('\n').slice(1)) {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (local.endsWith(suffix) && state === isListening) return inode;
  }
  return undefined;
}

async function holdsSocket(id: string, inode: string): Promise<boolean> {
  const folder = `/proc/${id}/fd`;
  const files = await readdir(folder).catch(() => []);
  const links = await Promise.all(
    files.map((file) => readlink(`${folder}/${file}`).catch(() => '')),
  );
  return links.includes(`socket:[${inode}]`);
}

/** What a process was started with as `name`, '' for nothing; undefined where the system does not tell. */
export async function startedWith(processId: number, name: string): Promise<string | undefined> {
  const text = await readText(`/proc/${processId}/environ`);
  if (text === undefined) return undefined;
  const found = text.split('\0').find((entry) => entry.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? '';
}

/** Undefined for a file that is not there or not ours to read. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
