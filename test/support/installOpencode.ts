// The real opencode: an agent that speaks Chat Completions, through the AI SDK.
import path from 'node:path';
import { installOnce, npm, writeEmptyPackage } from './cache';

const OPENCODE_VERSION = '1.18.33';

/** Returns the path of the pinned `opencode` binary, fetching it first where that has not been done. */
export async function installOpencode(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const native = `opencode-${platform}`;
  const folder = await installOnce({
    name: `opencode-${OPENCODE_VERSION}-${platform}`,
    announcement: `Fetching opencode ${OPENCODE_VERSION} (a real agent, for end-to-end tests, about 180 MB, once)`,
    install: async (target) => {
      writeEmptyPackage(target);
      // Only the platform's package: the other one is a launcher, whose install script would link this binary.
      await npm(['install', `${native}@${OPENCODE_VERSION}`, '--ignore-scripts'], { cwd: target });
    },
  });
  return path.join(folder, 'node_modules', native, 'bin', 'opencode');
}
