import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** Where the worker's compiled code is kept, so that its next start need not compile it. */
export interface CompiledCode {
  /** For Node's `NODE_COMPILE_CACHE`: what does not fit this Node or the bundle, or is damaged, Node itself replaces. */
  readonly folder: string;
  /** Removes what other versions left. Never fails: it is only room. */
  forgetOtherVersions(): Promise<void>;
}

export function compiledCode(storageFolder: string, version: string): CompiledCode {
  const all = path.join(storageFolder, 'compiled-code');
  return {
    folder: path.join(all, version),
    async forgetOtherVersions() {
      const names = await readdir(all).catch(() => []);
      const others = names.filter((name) => name !== version).map((name) => path.join(all, name));
      await Promise.allSettled(
        others.map((folder) => rm(folder, { recursive: true, force: true })),
      );
    },
  };
}
