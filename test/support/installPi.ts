// The real pi: an agent that is pointed elsewhere by a file alone.
import path from 'node:path';
import { installOnce, npm, writeEmptyPackage } from './cache';

const PI_VERSION = '0.73.1';

/** Returns the script of the pinned pi, for Node to run, fetching it first where that has not been done. */
export async function installPi(): Promise<string> {
  const folder = await installOnce({
    name: `pi-${PI_VERSION}-${process.platform}-${process.arch}`,
    announcement: `Fetching @mariozechner/pi-coding-agent ${PI_VERSION} (a real agent, for end-to-end tests, about 200 MB, once)`,
    install: async (target) => {
      writeEmptyPackage(target);
      // Its clipboard modules are of no use to a run without a terminal.
      const name = `@mariozechner/pi-coding-agent@${PI_VERSION}`;
      await npm(['install', name, '--ignore-scripts', '--omit=optional'], { cwd: target });
    },
  });
  return path.join(folder, 'node_modules/@mariozechner/pi-coding-agent/dist/cli.js');
}
