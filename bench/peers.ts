// Other routers from the npm registry, started against the bench's upstream. None is a dependency: they are fetched into
// the cache of the tests when they are asked for, and left out where that cannot be done.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { installOnce, npm } from '../test/support/cache';
import { clientHeaders, requestBody } from './bodies';
import { cells } from './cells';
import { BENCH_FOLDER, type Child, startChild } from './child';
import type { Lab, Subject } from './lab';

export interface RunningPeer {
  readonly subject: Subject;
  stop(): Promise<void>;
}

interface Place {
  readonly home: string;
  readonly port: number;
  readonly upstreamUrl: string;
}

interface PeerRecipe {
  readonly name: string;
  readonly packageName: string;
  readonly version: string;
  /** Versions of its dependencies that it was made for, where newer ones break it. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly script: string;
  prepare(place: Place): void;
  parameters(place: Place): readonly string[];
  environment(place: Place): Readonly<Record<string, string>>;
  headers(place: Place): Readonly<Record<string, string>>;
  modelFor(script: string): string;
  readonly share: number;
}

export const claudeCodeRouter2 = 'claude-code-router 2.0.0';

const recipes: readonly PeerRecipe[] = [
  claudeCodeRouter(claudeCodeRouter2, '2.0.0'),
  claudeCodeRouter('claude-code-router 1.0.73', '1.0.73'),
  {
    name: 'portkey 1.15.2 (pass)',
    packageName: '@portkey-ai/gateway',
    version: '1.15.2',
    // Newer ones answer each of its streams with 500.
    overrides: { hono: '4.6.10', '@hono/node-server': '1.13.5', '@hono/node-ws': '1.0.4' },
    script: 'build/start-server.js',
    prepare: () => undefined,
    parameters: ({ port }) => [`--port=${port}`, '--headless'],
    environment: () => ({ TRUSTED_CUSTOM_HOSTS: '127.0.0.1' }),
    headers: ({ upstreamUrl }) => ({
      'x-portkey-provider': 'anthropic',
      'x-portkey-custom-host': `${upstreamUrl}/v1`,
      authorization: 'Bearer bench-key',
    }),
    modelFor: (script) => script,
    share: 0.5,
  },
];

/** Anthropic to Chat Completions, as its users run it. */
function claudeCodeRouter(name: string, version: string): PeerRecipe {
  return {
    name,
    packageName: '@musistudio/claude-code-router',
    version,
    script: 'dist/cli.js',
    prepare({ home, port, upstreamUrl }) {
      const folder = path.join(home, '.claude-code-router');
      mkdirSync(folder, { recursive: true });
      const models = [...new Set(Object.values(cells).map(({ script }) => script))];
      const provider = {
        name: 'bench',
        api_base_url: `${upstreamUrl}/v1/chat/completions`,
        api_key: 'bench-key',
        models,
      };
      const configuration = {
        LOG: false,
        HOST: '127.0.0.1',
        PORT: port,
        Providers: [provider],
        Router: { default: `bench,${models[0]}` },
      };
      writeFileSync(path.join(folder, 'config.json'), JSON.stringify(configuration));
    },
    parameters: () => ['start'],
    environment: ({ port }) => ({ SERVICE_PORT: String(port) }),
    headers: () => ({ authorization: 'Bearer bench-key' }),
    modelFor: (script) => `bench,${script}`,
    // 130 ms of CPU for each large request.
    share: 0.25,
  };
}

/** Those peers that can be had and that answer; each of the others costs one line. */
export async function startPeers(lab: Lab): Promise<readonly RunningPeer[]> {
  const running: RunningPeer[] = [];
  for (const recipe of recipes) {
    try {
      running.push(await startPeer(recipe, lab));
    } catch (error: unknown) {
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
      console.error(`  ${recipe.name} is left out: ${why}`);
    }
  }
  return running;
}

async function startPeer(recipe: PeerRecipe, lab: Lab): Promise<RunningPeer> {
  const package_ = await install(recipe);
  const home = mkdtempSync(path.join(os.tmpdir(), 'switchyard-peer-'));
  const place = { home, port: await freePort(), upstreamUrl: lab.upstreamUrl };
  recipe.prepare(place);
  const child = startChild({
    script: path.join(package_, recipe.script),
    parameters: recipe.parameters(place),
    environment: { HOME: home, TMPDIR: home, ...recipe.environment(place) },
    nodeFlags: ['--import', pathToFileURL(path.join(BENCH_FOLDER, 'loopbackOnly.js')).href],
    cwd: home,
  });
  const stop = async () => {
    await child.stop();
    rmSync(home, { recursive: true, force: true });
  };
  const subject: Subject = {
    name: recipe.name,
    process: child,
    url: `http://127.0.0.1:${place.port}/v1/messages`,
    headers: { ...clientHeaders, ...recipe.headers(place) },
    modelFor: recipe.modelFor,
    share: recipe.share,
  };
  try {
    await untilAnswering(subject, child);
  } catch (error: unknown) {
    await stop();
    throw error;
  }
  return { subject, stop };
}

async function install({ packageName, version, overrides = {} }: PeerRecipe): Promise<string> {
  const folder = await installOnce({
    name: `peer-${packageName.replace(/[@/]+/g, '-').replace(/^-/, '')}-${version}`,
    announcement: `Fetching ${packageName} ${version} (another router, to compare with, once)`,
    install: async (target) => {
      const project = JSON.stringify({ private: true, overrides });
      writeFileSync(path.join(target, 'package.json'), project);
      await npm(['install', `${packageName}@${version}`, '--ignore-scripts'], { cwd: target });
    },
  });
  return path.join(folder, 'node_modules', packageName);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

const startLimitMs = 30_000;

/** Until a small stream comes through whole: a peer that cannot do that has nothing to be measured. */
async function untilAnswering(subject: Subject, child: Child): Promise<void> {
  const until = Date.now() + startLimitMs;
  const body = requestBody({ model: subject.modelFor(cells.large.script), bytes: 1_000 });
  let last = 'no answer';
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    try {
      const answer = await fetch(subject.url, { method: 'POST', headers: subject.headers, body });
      const text = await answer.text();
      if (answer.ok && text.includes('message_stop')) return;
      last = `${answer.status} ${text.slice(0, 200)}`;
      // It listens and refuses: waiting changes nothing.
      break;
    } catch (error: unknown) {
      last = error instanceof Error ? error.message : String(error);
    }
  }
  throw new Error(`it does not serve a stream (${last}) ${child.log().slice(-300)}`);
}
