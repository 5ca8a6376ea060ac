// Everything that a measurement needs, running: an upstream, a client, and the subjects between them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod/mini';
import { PROJECT_FOLDER } from '../scripts/project';
import { clientHeaders, requestBody } from './bodies';
import { addressOf, BENCH_FOLDER, type Child, startChild } from './child';
import { type LoadResult, loadResult } from './messages';

/** One way from the client to the upstream. */
export interface Subject {
  readonly name: string;
  /** The process whose CPU time and memory count; none for the direct call. */
  readonly process: Child | undefined;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The model to ask for so that the upstream plays this script. */
  modelFor(script: string): string;
  /** Share of the usual number of requests; for those that would take minutes. */
  readonly share: number;
}

export interface Lab {
  readonly upstream: Child;
  readonly upstreamUrl: string;
  readonly load: Child;
  readonly direct: Subject;
  readonly pipeHttp: Subject;
  readonly pipeUndici: Subject;
  /** Anthropic to Anthropic. */
  readonly pass: Subject;
  /** Anthropic to Chat Completions. */
  readonly translate: Subject;
  stop(): Promise<void>;
}

export interface LabOptions {
  /** The built standalone proxy. */
  readonly entry: string;
  readonly nodeFlags?: readonly string[];
  readonly modelOverrides?: Readonly<Record<string, readonly string[]>>;
}

const processNames = [
  'probe',
  'upstream',
  'load',
  'pipeHttp',
  'pipeUndici',
  'turns',
  'loopbackOnly',
  'loadExtension',
  'startWorker',
  'vscode',
];

/** Bundles the child processes: they must run in plain Node, without anything that costs time. */
export async function buildProcesses(): Promise<void> {
  await build({
    entryPoints: processNames.map((name) =>
      path.join(PROJECT_FOLDER, `bench/processes/${name}.ts`),
    ),
    outdir: BENCH_FOLDER,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
}

const apiKey = 'bench-key';

export async function startLab(options: LabOptions): Promise<Lab> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'switchyard-bench-'));
  const upstream = startOwn('upstream', []);
  const load = startOwn('load', []);
  const upstreamUrl = (await addressOf(upstream)).url;
  const settingsFile = path.join(folder, 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(settingsFor(upstreamUrl, options)));
  const proxy = startChild({
    script: options.entry,
    parameters: ['--settings', settingsFile, '--log-level', 'warn'],
    environment: { HOME: folder, SWITCHYARD_API_KEY_BENCH: apiKey },
    ...(options.nodeFlags === undefined ? {} : { nodeFlags: options.nodeFlags }),
  });
  const pipeHttp = startOwn('pipeHttp', [upstreamUrl]);
  const pipeUndici = startOwn('pipeUndici', [upstreamUrl]);
  const { url, token } = await addressOf(proxy);
  await load.firstLine;
  const throughProxy = (name: string, provider: string): Subject => ({
    name,
    process: proxy,
    url: `${url}/v1/messages`,
    headers: { ...clientHeaders, authorization: `Bearer ${token}` },
    modelFor: (script) => `${provider}/${script}`,
    share: 1,
  });
  return {
    upstream,
    upstreamUrl,
    load,
    direct: plainSubject('direct', upstreamUrl, undefined),
    pipeHttp: plainSubject('byte pipe (node:http)', (await addressOf(pipeHttp)).url, pipeHttp),
    pipeUndici: plainSubject('byte pipe (undici)', (await addressOf(pipeUndici)).url, pipeUndici),
    pass: throughProxy('Switchyard, pass', 'messages'),
    translate: throughProxy('Switchyard, translate', 'chat'),
    async stop() {
      await Promise.all([proxy, pipeHttp, pipeUndici, load, upstream].map((child) => child.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startOwn(name: string, parameters: readonly string[]): Child {
  return startChild({ script: path.join(BENCH_FOLDER, `${name}.js`), parameters });
}

function settingsFor(upstreamUrl: string, options: LabOptions): Readonly<Record<string, unknown>> {
  const provider = (wireFormat: string, credential: string) => ({
    baseUrl: `${upstreamUrl}/v1`,
    wireFormat,
    credential,
  });
  return {
    'switchyard.providers': {
      messages: provider('anthropic-messages', 'none'),
      chat: provider('openai-chat', 'none'),
      keyed: provider('anthropic-messages', 'bench'),
    },
    'switchyard.modelOverrides': options.modelOverrides ?? {},
  };
}

/** The call as a client would make it straight to the upstream, there or through something that changes nothing. */
function plainSubject(name: string, url: string, process: Child | undefined): Subject {
  return {
    name,
    process,
    url: `${url}/v1/messages`,
    headers: { ...clientHeaders, 'x-api-key': apiKey },
    modelFor: (script) => script,
    share: 1,
  };
}

export interface Batch {
  readonly script: string;
  readonly bodyBytes: number;
  readonly requests: number;
  readonly concurrency: number;
  readonly read?: 'all' | 'delays';
  readonly expectedStatus?: number;
}

export interface BatchResult extends LoadResult {
  readonly requests: number;
  /** CPU time of the subject for the whole batch; 0 where nobody is between. */
  readonly cpuMs: number;
}

/** Sends one batch through a subject. */
export async function runBatch(lab: Lab, subject: Subject, batch: Batch): Promise<BatchResult> {
  const requests = Math.max(batch.concurrency, Math.round(batch.requests * subject.share));
  const order = {
    url: subject.url,
    headers: { ...subject.headers },
    body: requestBody({ model: subject.modelFor(batch.script), bytes: batch.bodyBytes }),
    requests,
    concurrency: batch.concurrency,
    expectedStatus: batch.expectedStatus ?? 200,
    read: batch.read ?? 'all',
  };
  const before = (await subject.process?.cpuMs()) ?? 0;
  const result = loadResult.parse(await lab.load.ask({ ask: 'load', order }));
  const after = (await subject.process?.cpuMs()) ?? 0;
  return { ...result, requests, cpuMs: after - before };
}

export async function upstreamCalls(lab: Lab): Promise<number> {
  return z.number().parse(await lab.upstream.ask({ ask: 'calls' }));
}
