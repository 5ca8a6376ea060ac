// `npm start`: a real VS Code with the extension in it, to try everything without an API key.
// Usage: npm start [-- --port N] [-- --fresh] [-- --desktop]
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../test/support/cache';
import { installVsix, startCodeServer } from '../test/support/codeServer';
import { chosenHostVersion, installHost } from '../test/support/installHost';
import { findOnPath } from '../test/support/processes';
import { packExtension } from './package';
import { buildProject, PROJECT_FOLDER } from './project';

// One port from start to start: a browser keeps API keys per address.
const USUAL_PORT = 8127;

/** The first model is always busy, so a fallback is seen at once; the locked one shows the stop on a bad key. */
const DEMO_SETTINGS = {
  'switchyard.scenarios': {
    default: { models: ['demo/busy', 'demo/hello'] },
    locked: { models: ['demo-locked/hello', 'demo/hello'] },
  },
} as const;

const DEMO_README = `# Switchyard demonstration

The status bar shows Switchyard's state. Nothing here needs an API key or a network: the \`demo\` models
are answered on this machine.

1. Open a terminal (Terminal > New Terminal) and run \`node ask.mjs\`: the first model of the chain is busy,
   the second one answers.
2. Run **Switchyard: Show Log** from the palette (F1): one line per request and per attempt.
3. Run \`node ask.mjs scenario:locked\`: the chain stops although its second model would answer, because a
   rejected key is nothing that another model cures. Set the key through the notification: the right
   one is \`open-sesame\`.
4. With Claude Code installed, run \`claude\` in the same terminal.
`;

const ASK_SCRIPT = `// Asks Switchyard the way an agent does: the terminal's environment says where it is.
const response = await fetch(\`\${process.env.ANTHROPIC_BASE_URL}/v1/messages\`, {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${process.env.ANTHROPIC_AUTH_TOKEN}\`,
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
  },
  body: JSON.stringify({
    model: process.argv[2] ?? 'claude-sonnet-5-5',
    max_tokens: 200,
    messages: [{ role: 'user', content: 'hello' }],
  }),
});
const answer = await response.json();
console.log(response.status, answer.content?.map((block) => block.text).join('') ?? answer.error.message);
`;

interface StartOptions {
  readonly port: number | undefined;
  readonly isFresh: boolean;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      desktop: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      port: { type: 'string' },
    },
  });
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
    throw new Error(`--port is “${values.port}”; it must be a whole number from 0 to 65535.`);
  }
  const options = { port, isFresh: values.fresh };
  if (values.desktop) await startDesktop(options);
  else await startInBrowser(options);
}

async function startInBrowser(options: StartOptions): Promise<void> {
  const host = await installHost(chosenHostVersion());
  await buildProject();
  const port = options.port ?? ((await isPortFree(USUAL_PORT)) ? USUAL_PORT : 0);
  const root = demoFolder(`browser-${port}`, options);
  const workspace = demoWorkspace(root);
  const vsix = await packExtension(root);
  await installVsix({ host, root }, vsix);
  const server = await startCodeServer({ host, root, port, settings: DEMO_SETTINGS });
  console.log(`
VS Code ${host.vscodeVersion} with Switchyard is running. Open this address in a browser:

  ${server.windowUrl(workspace)}

Everything is kept in ${root} (npm start -- --fresh begins anew). Ctrl-C stops it.`);
  await untilInterrupted();
  await server.stop();
}

async function startDesktop(options: StartOptions): Promise<void> {
  const named = process.env['VSCODE_EXECUTABLE'] ?? '';
  const executable = named === '' ? findOnPath('code') : named;
  if (executable === undefined) {
    throw new Error(
      'No desktop VS Code was found: “code” is not on PATH. Install it, or set VSCODE_EXECUTABLE, or run npm start without --desktop.',
    );
  }
  await buildProject();
  const root = demoFolder('desktop', options);
  const workspace = demoWorkspace(root);
  const userFolder = path.join(root, 'data/User');
  const settingsFile = path.join(userFolder, 'settings.json');
  mkdirSync(userFolder, { recursive: true });
  if (!existsSync(settingsFile))
    writeFileSync(settingsFile, JSON.stringify(DEMO_SETTINGS, null, 2));
  const parameters = [
    `--extensionDevelopmentPath=${PROJECT_FOLDER}`,
    `--user-data-dir=${path.join(root, 'data')}`,
    '--new-window',
    workspace,
  ];
  console.log(`Starting ${executable} with Switchyard on ${workspace}`);
  const child = spawn(executable, parameters, { stdio: 'inherit' });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => resolve());
  });
}

function demoFolder(name: string, options: StartOptions): string {
  const folder = path.join(cacheFolder(), 'start', name);
  if (options.isFresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function demoWorkspace(root: string): string {
  const folder = path.join(root, 'demo');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'README.md'), DEMO_README);
  writeFileSync(path.join(folder, 'ask.mjs'), ASK_SCRIPT);
  return folder;
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
