// Runs inside the extension host: streams through the extension while this file blocks the main thread that all extensions
// of the window share, and through a proxy on that thread for comparison.
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Asked, type LoadResult, loadResult, reply } from '../messages';
import { createPipe } from '../processes/pipe';
import { type HostRun, resultFileName } from './plan';
import { writeResult } from './writeResult';

const repetitions = 3;
const starts = 5;
const loads = 5;
const blockAfterMs = 1_000;
const blockedForMs = 2_000;
const streams = 16;
/** Four seconds: one before the block, two in it, one after it. */
const script = 'paced-200-20';

interface Address {
  readonly url: string;
  readonly token: string;
}

/** The entry that VS Code calls. */
export async function run(): Promise<void> {
  await vscode.extensions.getExtension('switchyard.switchyard')?.activate();
  const upstream = fork(path.join(__dirname, '../upstream.js'), { stdio: 'pipe' });
  const load = fork(path.join(__dirname, '../load.js'), { stdio: 'pipe' });
  try {
    const upstreamUrl = addressIn(await firstLine(upstream));
    await firstLine(load);
    await configure(upstreamUrl);
    const address = await untilReachable();
    const pipe = createPipe(upstreamUrl);
    const pipeUrl = await new Promise<string>((resolve) => {
      pipe.listen(0, '127.0.0.1', () => {
        const bound = pipe.address();
        resolve(`http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`);
      });
    });
    const subjects = [
      { subject: 'extension', ...address, model: `bench/${script}` },
      { subject: 'mainThread', url: pipeUrl, token: '', model: script },
    ] as const;
    const runs: HostRun[] = [];
    // The first batch of each warms it up.
    for (const target of subjects) await runBatch(load, target, 'quiet');
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      for (const target of subjects) {
        for (const thread of ['quiet', 'blocked'] as const) {
          runs.push({ subject: target.subject, ...(await runBatch(load, target, thread)) });
        }
      }
    }
    pipe.close();
    const startMs = await timeStarts();
    const coldLoadMs = await timeLoads();
    writeResult(resultFileName, { vscodeVersion: vscode.version, runs, startMs, coldLoadMs });
  } finally {
    load.kill();
    upstream.kill();
  }
}

interface Target {
  readonly url: string;
  readonly token: string;
  readonly model: string;
}

async function runBatch(
  load: ChildProcess,
  { url, token, model }: Target,
  thread: 'quiet' | 'blocked',
): Promise<Pick<HostRun, 'delays' | 'blocked'>> {
  const order = {
    url: `${url}/v1/messages`,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
    },
    body: JSON.stringify({
      model,
      max_tokens: 64,
      stream: true,
      messages: [{ role: 'user', content: 'hello' }],
    }),
    requests: streams,
    concurrency: streams,
    expectedStatus: 200,
    read: 'delays',
  } as const;
  const startedAt = performance.now();
  const running = ask(load, { ask: 'load', order });
  if (thread === 'quiet') return { delays: (await running).delays };
  await pause(blockAfterMs);
  const fromMs = performance.now() - startedAt;
  while (performance.now() - startedAt < fromMs + blockedForMs);
  const toMs = performance.now() - startedAt;
  return { delays: (await running).delays, blocked: { fromMs, toMs } };
}

function ask(load: ChildProcess, asked: Asked): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    load.once('message', (message: unknown) => {
      const { value, error } = reply.parse(message);
      if (error === undefined) resolve(loadResult.parse(value));
      else reject(new Error(error));
    });
    load.send({ ...asked, id: 1 });
  });
}

async function configure(upstreamUrl: string): Promise<void> {
  const provider = { baseUrl: `${upstreamUrl}/v1`, wireFormat: 'openai-chat', credential: 'none' };
  const settings = vscode.workspace.getConfiguration('switchyard');
  await settings.update('providers', { bench: provider }, vscode.ConfigurationTarget.Global);
  // Nothing else is to happen while it is measured.
  await settings.update('catalogue.refresh', 'off', vscode.ConfigurationTarget.Global);
}

/** The shell lines of Copy Environment hold the address and the token. */
async function untilReachable(): Promise<Address> {
  for (;;) {
    await vscode.env.clipboard.writeText('');
    await Promise.race([vscode.commands.executeCommand('switchyard.copyEnvironment'), pause(300)]);
    const lines = await vscode.env.clipboard.readText();
    const url = /ANTHROPIC_BASE_URL='?(http:\/\/127\.0\.0\.1:\d+)/.exec(lines)?.[1];
    const token = /ANTHROPIC_AUTH_TOKEN='?([\w-]+)/.exec(lines)?.[1];
    if (url !== undefined && token !== undefined && (await knowsBench(url, token))) {
      return { url, token };
    }
    await pause(100);
  }
}

/** Settings reach the proxy a moment after they are written. */
async function knowsBench(url: string, token: string): Promise<boolean> {
  const answer = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'bench/stream-1',
      max_tokens: 8,
      stream: true,
      messages: [{ role: 'user', content: 'hello' }],
    }),
  });
  return (await answer.text()).includes('message_stop');
}

/** From Start to a port that answers; the thread, its bundle and the settings are in it. */
async function timeStarts(): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < starts; index += 1) {
    await vscode.commands.executeCommand('switchyard.stop');
    const startedAt = performance.now();
    await vscode.commands.executeCommand('switchyard.start');
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** The wall clock of a starting window tells more of its other extensions than of ours. A new process, as nothing is warm then. */
async function timeLoads(): Promise<number[]> {
  const folder = vscode.extensions.getExtension('switchyard.switchyard')?.extensionPath ?? '';
  const benchFolder = path.join(__dirname, '..');
  const times: number[] = [];
  for (let index = 0; index < loads; index += 1) {
    const child = fork(
      path.join(benchFolder, 'loadExtension.js'),
      [path.join(folder, 'dist/extension.js')],
      // There lies what stands in for VS Code.
      { stdio: 'pipe', execArgv: ['--expose-gc'], env: { ...process.env, NODE_PATH: benchFolder } },
    );
    times.push(Number(/"ms":([\d.]+)/.exec(await firstLine(child))?.[1]));
    child.kill();
  }
  return times;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8')));
    child.once('exit', (code) => reject(new Error(`a process of the bench ended with ${code}`)));
  });
}

function addressIn(line: string): string {
  const url = /"url":"([^"]+)"/.exec(line)?.[1];
  if (url === undefined) throw new Error(`the upstream said: ${line}`);
  return url;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
