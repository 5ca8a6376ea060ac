// The real Qwen Code: an agent that speaks Chat Completions, through the openai SDK.
import path from 'node:path';
import { installOnce, npm, writeEmptyPackage } from './cache';
import { installHost } from './installHost';

const QWEN_CODE_VERSION = '0.24.4';

export interface QwenCode {
  /** It wants a newer Node than the one that may run the tests. */
  readonly node: string;
  /** The script that Node runs; not its launcher, which starts a second process that outlives it. */
  readonly entry: string;
}

/** Returns the pinned Qwen Code, fetching it first where that has not been done. */
export async function installQwenCode(): Promise<QwenCode> {
  const { node } = await installHost('newest');
  const folder = await installOnce({
    name: `qwen-code-${QWEN_CODE_VERSION}-${process.platform}-${process.arch}`,
    announcement: `Fetching @qwen-code/qwen-code ${QWEN_CODE_VERSION} (a real agent, for end-to-end tests, about 100 MB, once)`,
    install: async (target) => {
      writeEmptyPackage(target);
      const name = `@qwen-code/qwen-code@${QWEN_CODE_VERSION}`;
      // Its terminal and keychain modules are of no use to a run without a terminal.
      await npm(['install', name, '--ignore-scripts', '--omit=optional'], { cwd: target, node });
    },
  });
  return { node, entry: path.join(folder, 'node_modules/@qwen-code/qwen-code/cli.js') };
}
