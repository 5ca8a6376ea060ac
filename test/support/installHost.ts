// A real VS Code without a desktop: code-server from the npm registry, with the Node it was built for.
// Its extension host is the ordinary remote one, so extensions and their test suites run unchanged.
import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installOnce, npm, writeEmptyPackage } from './cache';
import { aptInstall, findOnPath, mayUseApt } from './processes';

export type HostVersion = 'newest' | 'minimum';

export interface VscodeHost {
  /** The version of VS Code inside, as `vscode.version` says it. */
  readonly vscodeVersion: string;
  readonly node: string;
  /** code-server's entry script. */
  readonly entry: string;
  /** False for old servers, which run test suites without being told. */
  readonly needsDriverOption: boolean;
}

interface HostRecipe {
  readonly codeServer: string;
  readonly vscodeVersion: string;
  readonly node: string;
  readonly needsDriverOption: boolean;
  /** Native modules of the server without a prebuilt binary in their package. */
  readonly compiledInServer: readonly string[];
  /** The same for code-server itself. */
  readonly compiledInCodeServer: readonly string[];
  /** Dependencies of the server named by a git address, which only the registry's release can replace. */
  readonly fromRegistry: Readonly<Record<string, string>>;
}

// Versions are pinned: npm under an older Node would silently choose older releases.
const HOSTS = {
  newest: {
    codeServer: '4.139.1',
    vscodeVersion: '1.139.1',
    node: '24.21.0',
    needsDriverOption: true,
    compiledInServer: ['@vscode/spdlog', '@vscode/native-watchdog'],
    compiledInCodeServer: [],
    fromRegistry: {},
  },
  // The oldest VS Code that package.json's engines admit.
  minimum: {
    codeServer: '4.105.1',
    vscodeVersion: '1.105.1',
    node: '22.23.3',
    needsDriverOption: false,
    compiledInServer: ['@vscode/spdlog', 'native-watchdog', 'node-pty'],
    compiledInCodeServer: ['argon2'],
    fromRegistry: { '@parcel/watcher': '2.5.1' },
  },
} as const satisfies Readonly<Record<HostVersion, HostRecipe>>;

/** `TEST_VSCODE_VERSION=minimum` chooses the oldest supported VS Code; the newest otherwise. */
export function chosenHostVersion(): HostVersion {
  const wanted = process.env['TEST_VSCODE_VERSION'] ?? 'newest';
  if (wanted === 'newest' || wanted === 'minimum') return wanted;
  throw new Error(`TEST_VSCODE_VERSION is “${wanted}”; it can be “newest” or “minimum”.`);
}

export function hostVscodeVersion(version: HostVersion): string {
  return HOSTS[version].vscodeVersion;
}

/** Returns the host, fetching and compiling it first where that has not been done (about a minute). */
export async function installHost(version: HostVersion): Promise<VscodeHost> {
  const recipe: HostRecipe = HOSTS[version];
  const platform = `${process.platform}-${process.arch}`;
  const folder = await installOnce({
    name: `code-server-${recipe.codeServer}-node-${recipe.node}-${platform}`,
    announcement: `Fetching code-server ${recipe.codeServer} (a real VS Code without a desktop, about 780 MB, once)`,
    install: (target) => fillHost(target, recipe, platform),
  });
  return {
    vscodeVersion: recipe.vscodeVersion,
    node: nodeIn(folder, platform),
    entry: path.join(codeServerIn(folder), 'out/node/entry.js'),
    needsDriverOption: recipe.needsDriverOption,
  };
}

async function fillHost(folder: string, recipe: HostRecipe, platform: string): Promise<void> {
  await ensureCompiler();
  writeEmptyPackage(folder);
  // The platform's package is the binary with its headers; `node` itself would need its install script.
  await npm(['install', `node-${platform}@${recipe.node}`, '--ignore-scripts'], { cwd: folder });
  const node = nodeIn(folder, platform);
  // Without nodedir a machine's own setting could make the natives fit another Node.
  const env = {
    npm_config_nodedir: path.dirname(path.dirname(node)),
    JOBS: String(os.availableParallelism()),
  };
  const inFolder = { cwd: folder, node, env };
  await npm(['install', `code-server@${recipe.codeServer}`, '--ignore-scripts'], inFolder);
  const server = path.join(codeServerIn(folder), 'lib/vscode');
  for (const [name, version] of Object.entries(recipe.fromRegistry)) {
    replaceDependency(server, name, version);
  }
  const inServer = { cwd: server, node, env };
  await npm(['install', '--omit=dev', '--ignore-scripts'], inServer);
  for (const native of recipe.compiledInServer) await npm(['rebuild', native], inServer);
  const fromSource = { ...env, npm_config_build_from_source: 'true' };
  for (const native of recipe.compiledInCodeServer) {
    await npm(['rebuild', native], { ...inFolder, env: fromSource });
  }
}

/** Rewrites a dependency in package.json and forgets what the lock file says about it. */
function replaceDependency(folder: string, name: string, version: string): void {
  for (const file of ['package.json', 'npm-shrinkwrap.json']) {
    const filePath = path.join(folder, file);
    const replaced = JSON.stringify(JSON.parse(readFileSync(filePath, 'utf8')), (key, value) => {
      if (key === name && typeof value === 'string') return version;
      return key === `node_modules/${name}` ? undefined : value;
    });
    writeFileSync(filePath, replaced);
  }
}

/** Two small native modules are compiled: without them output channels stay empty. */
async function ensureCompiler(): Promise<void> {
  const missing = ['g++', 'make', 'python3'].filter((tool) => findOnPath(tool) === undefined);
  if (missing.length === 0) return;
  if (!mayUseApt()) {
    throw new Error(
      `The VS Code test host needs ${missing.join(', ')} to compile two native modules. ` +
        'Install a C++ compiler, make and Python 3, then run this again.',
    );
  }
  console.log(`Installing ${missing.join(', ')} (to compile two native modules of VS Code) …`);
  await aptInstall(missing);
}

function nodeIn(folder: string, platform: string): string {
  return path.join(folder, `node_modules/node-${platform}/bin/node`);
}

function codeServerIn(folder: string): string {
  return path.join(folder, 'node_modules/code-server');
}
