// The real Codex CLI: its retries and its reading of the stream are its own.
import path from 'node:path';
import { installOnce, npm, writeEmptyPackage } from './cache';

const CODEX_VERSION = '0.169.0';

/** Where the platform's package keeps its binary. */
const TRIPLES: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
  'win32-x64': 'x86_64-pc-windows-msvc',
  'win32-arm64': 'aarch64-pc-windows-msvc',
};

/** Returns the path of the pinned `codex` binary, fetching it first where that has not been done. */
export async function installCodex(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const triple = TRIPLES[platform];
  if (triple === undefined) throw new Error(`there is no Codex for ${platform}`);
  const folder = await installOnce({
    name: `codex-${CODEX_VERSION}-${platform}`,
    announcement: `Fetching @openai/codex ${CODEX_VERSION} (the real agent, for end-to-end tests, about 300 MB, once)`,
    install: async (target) => {
      writeEmptyPackage(target);
      // The platforms' packages are versions of the one package; the launcher around them is not needed.
      const native = `@openai/codex@${CODEX_VERSION}-${platform}`;
      await npm(['install', native, '--ignore-scripts'], { cwd: target });
    },
  });
  const name = process.platform === 'win32' ? 'codex.exe' : 'codex';
  return path.join(folder, 'node_modules/@openai/codex/vendor', triple, 'bin', name);
}
