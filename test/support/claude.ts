// Runs the real Claude Code in print mode: from an empty environment, in a home of its own, kept on this machine.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { makeTemporaryFolder, removeFolder } from './folders';
import { installClaude } from './installClaude';
import { type RunResult, run } from './processes';

export interface ClaudeOptions {
  /** Where it sends its requests, without `/v1`. */
  readonly baseUrl: string;
  readonly token: string;
  /** '' where there are `messages`. */
  readonly prompt: string;
  readonly cwd: string;
  readonly flags?: readonly string[];
  /** Default: the agent's own ten, which take minutes when a test fails. */
  readonly maxRetries?: number;
  /** Beside what points it to the proxy. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Messages in `stream-json`, in place of the prompt. */
  readonly messages?: readonly string[];
  /** Its home, where a test wants to look into it afterwards. */
  readonly home?: string;
}

/** What the agent would otherwise send or fetch beside its requests. */
const QUIET = {
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_UPDATES: '1',
  DISABLE_BUG_COMMAND: '1',
  DISABLE_INSTALLATION_CHECKS: '1',
  DO_NOT_TRACK: '1',
  // It may run as root in a container, and ask for no permission.
  IS_SANDBOX: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_DISABLE_FEEDBACK_SURVEY: '1',
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
  NO_PROXY: '127.0.0.1,localhost,::1',
  no_proxy: '127.0.0.1,localhost,::1',
} as const;

const LIMIT_MS = 90_000;

/** Resolves when the agent has ended, whatever its exit code. */
export async function runClaude(options: ClaudeOptions): Promise<RunResult> {
  const claude = await installClaude();
  const root = makeTemporaryFolder('claude');
  const home = options.home ?? path.join(root, 'home');
  const temporary = path.join(root, 'tmp');
  mkdirSync(home, { recursive: true });
  mkdirSync(temporary);
  const flags = ['--dangerously-skip-permissions', ...(options.flags ?? [])];
  const { messages } = options;
  const prompt = messages === undefined ? ['-p', options.prompt] : ['-p', ...STREAMED];
  try {
    return await run(claude, [...prompt, ...flags], {
      cwd: options.cwd,
      timeoutMs: LIMIT_MS,
      input: (messages ?? []).map(userLine).join(''),
      env: {
        ...QUIET,
        HOME: home,
        TMPDIR: temporary,
        PATH: process.env['PATH'],
        TERM: 'dumb',
        LANG: 'C.UTF-8',
        ANTHROPIC_BASE_URL: options.baseUrl,
        ANTHROPIC_AUTH_TOKEN: options.token,
        ANTHROPIC_API_KEY: '',
        CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1',
        CLAUDE_CODE_GATEWAY_HINT_HEADERS: '1',
        ...(options.maxRetries === undefined
          ? {}
          : { CLAUDE_CODE_MAX_RETRIES: String(options.maxRetries) }),
        ...options.environment,
      },
    });
  } finally {
    await removeFolder(root);
  }
}

const STREAMED = [
  '--input-format',
  'stream-json',
  '--output-format',
  'stream-json',
  '--verbose',
] as const;

function userLine(content: string): string {
  return `${JSON.stringify({ type: 'user', message: { role: 'user', content } })}\n`;
}
