// Runs the real Codex CLI without a person: from an empty environment, in a home of its own, kept on this machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTemporaryFolder, removeFolder } from './folders';
import { installCodex } from './installCodex';
import { type RunResult, run } from './processes';

export interface CodexOptions {
  /** Where it sends its requests, without `/v1`. */
  readonly baseUrl: string;
  /** Text of `switchyard.config.toml`; the flags then say no more than `-p switchyard`. */
  readonly profile?: string;
  readonly token: string;
  readonly prompt: string;
  readonly cwd: string;
  /** Default: one that Codex does not know, so that it offers the tools of its fallback. */
  readonly model?: string;
  /** Default: the agent's own retries. */
  readonly maxRetries?: number;
}

/** What the agent would otherwise send or fetch beside its requests. */
const QUIET_CONFIG = `
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[otel]
exporter = "none"
`;

const LIMIT_MS = 90_000;

/** Resolves when the agent has ended, whatever its exit code. */
export async function runCodex(options: CodexOptions): Promise<RunResult> {
  const codex = await installCodex();
  const root = makeTemporaryFolder('codex');
  const home = path.join(root, 'home');
  mkdirSync(path.join(home, '.codex'), { recursive: true });
  writeFileSync(path.join(home, '.codex/config.toml'), QUIET_CONFIG);
  const retries =
    options.maxRetries === undefined
      ? ''
      : `,request_max_retries=${options.maxRetries},stream_max_retries=${options.maxRetries}`;
  const provider = `{name="Switchyard",base_url="${options.baseUrl}/v1",env_key="ANTHROPIC_AUTH_TOKEN",wire_api="responses"${retries}}`;
  const target = [
    ...['-c', 'model_provider=switchyard'],
    ...['-c', `model_providers.switchyard=${provider}`],
    ...['-m', options.model ?? 'switchyard'],
  ];
  const flags = [
    '--skip-git-repo-check',
    '--dangerously-bypass-approvals-and-sandbox',
    ...(options.profile === undefined ? target : ['-p', 'switchyard']),
  ];
  if (options.profile !== undefined) {
    writeFileSync(path.join(home, '.codex/switchyard.config.toml'), options.profile);
  }
  try {
    return await run(codex, ['exec', ...flags, options.prompt], {
      cwd: options.cwd,
      timeoutMs: LIMIT_MS,
      env: {
        HOME: home,
        TMPDIR: root,
        PATH: process.env['PATH'],
        TERM: 'dumb',
        LANG: 'C.UTF-8',
        DO_NOT_TRACK: '1',
        NO_PROXY: '127.0.0.1,localhost,::1',
        no_proxy: '127.0.0.1,localhost,::1',
        ANTHROPIC_AUTH_TOKEN: options.token,
      },
    });
  } finally {
    await removeFolder(root);
  }
}
