// The real Claude Code: tests talk to it because no imitation fails the way it does.
import path from 'node:path';
import { installOnce, npm, writeEmptyPackage } from './cache';

const CLAUDE_VERSION = '2.1.330';

/** Returns the path of the pinned `claude` binary, fetching it first where that has not been done. */
export async function installClaude(): Promise<string> {
  const native = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
  const folder = await installOnce({
    name: `claude-code-${CLAUDE_VERSION}-${process.platform}-${process.arch}`,
    announcement: `Fetching @anthropic-ai/claude-code ${CLAUDE_VERSION} (the real agent, for end-to-end tests, about 360 MB, once)`,
    install: async (target) => {
      writeEmptyPackage(target);
      // The platform's package is named too: as an optional dependency npm may leave it out in silence.
      const packages = [
        `@anthropic-ai/claude-code@${CLAUDE_VERSION}`,
        `${native}@${CLAUDE_VERSION}`,
      ];
      // Its install script would only link the binary; we call the binary itself.
      await npm(['install', ...packages, '--ignore-scripts'], { cwd: target });
    },
  });
  return path.join(folder, 'node_modules', native, 'claude');
}
