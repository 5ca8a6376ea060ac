// Runs real agents that speak Chat Completions: from an empty environment, in a home of their own, kept on this machine.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { makeTemporaryFolder, removeFolder } from './folders';
import { installOpencode } from './installOpencode';
import { installQwenCode } from './installQwenCode';
import { type RunResult, run } from './processes';

export interface ChatAgentOptions {
  /** Where it sends its requests, without `/v1`. */
  readonly baseUrl: string;
  readonly token: string;
  readonly prompt: string;
  readonly cwd: string;
}

export interface ChatAgent {
  readonly name: string;
  /** Fetches it where that has not been done. */
  readonly install: () => Promise<unknown>;
  /** Resolves when the agent has ended, whatever its exit code. */
  readonly run: (options: ChatAgentOptions) => Promise<RunResult>;
  /** Calls of its own tools. */
  readonly readCall: (file: string) => AgentCall;
  readonly editCall: (file: string, from: string, to: string) => AgentCall;
  /** Tells the requests that it makes beside the conversation, by their text. */
  readonly isSideRequest: (text: string) => boolean;
}

export interface AgentCall {
  readonly name: string;
  readonly input: Readonly<Record<string, string>>;
}

const LIMIT_MS = 60_000;

const QUIET = {
  DO_NOT_TRACK: '1',
  NO_PROXY: '127.0.0.1,localhost,::1',
  no_proxy: '127.0.0.1,localhost,::1',
  TERM: 'dumb',
  LANG: 'C.UTF-8',
  NO_COLOR: '1',
} as const;

export const opencodeAgent: ChatAgent = {
  name: 'opencode',
  install: installOpencode,
  readCall: (filePath) => ({ name: 'read', input: { filePath } }),
  editCall: (filePath, oldString, newString) => ({
    name: 'edit',
    input: { filePath, oldString, newString },
  }),
  isSideRequest: (text) => text.includes('Generate a title'),
  async run({ baseUrl, token, prompt, cwd }) {
    const opencode = await installOpencode();
    const provider = {
      npm: '@ai-sdk/openai-compatible',
      name: 'Switchyard',
      options: { baseURL: `${baseUrl}/v1`, apiKey: token },
      models: { auto: { name: 'auto', limit: { context: 200_000, output: 8_192 } } },
    };
    const config = { provider: { switchyard: provider }, share: 'disabled', autoupdate: false };
    return runAtHome(opencode, ['run', '-m', 'switchyard/auto', prompt], {
      cwd,
      env: {
        OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
        OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      },
    });
  },
};

export const qwenCodeAgent: ChatAgent = {
  name: 'qwen',
  install: installQwenCode,
  readCall: (file) => ({ name: 'read_file', input: { file_path: file } }),
  editCall: (file, from, to) => ({
    name: 'edit',
    input: { file_path: file, old_string: from, new_string: to },
  }),
  isSideRequest: (text) => text.includes('managed memory extraction'),
  async run({ baseUrl, token, prompt, cwd }) {
    const { node, entry } = await installQwenCode();
    return runAtHome(node, [entry, '--yolo', '-p', prompt], {
      cwd,
      env: {
        OPENAI_BASE_URL: `${baseUrl}/v1`,
        OPENAI_API_KEY: token,
        OPENAI_MODEL: 'auto',
        // It would start itself a second time, with more memory, and that process outlives it.
        QWEN_CODE_NO_RELAUNCH: 'true',
      },
    });
  },
};

interface HomeOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function runAtHome(
  command: string,
  parameters: readonly string[],
  { cwd, env }: HomeOptions,
): Promise<RunResult> {
  const root = makeTemporaryFolder('agent');
  const home = path.join(root, 'home');
  const temporary = path.join(root, 'tmp');
  mkdirSync(home);
  mkdirSync(temporary);
  try {
    return await run(command, parameters, {
      cwd,
      timeoutMs: LIMIT_MS,
      env: { ...QUIET, HOME: home, TMPDIR: temporary, PATH: process.env['PATH'], ...env },
    });
  } finally {
    await removeFolder(root);
  }
}
