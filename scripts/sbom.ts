// `npm run sbom`: writes artifacts/switchyard-<version>.cdx.json, a CycloneDX bill of materials made by npm from the lock
// file. `required` is what the bundles contain; `excluded` is what only builds and tests.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runOrThrow } from '../test/support/processes';
import { ARTIFACTS_FOLDER, buildProject, PROJECT_FOLDER, readManifest } from './project';

export interface BillOfMaterials {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly components: readonly Component[];
}

export interface Component {
  readonly name: string;
  readonly version: string;
  readonly scope: 'required' | 'excluded';
  readonly purl: string;
}

/** The bill for dist/ as it is now. The same lock file and bundles give the same bill. */
export async function billOfMaterials(): Promise<BillOfMaterials> {
  const { stdout } = await runOrThrow(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'],
    { cwd: PROJECT_FOLDER },
  );
  // Of every making of its own, which nobody could compare.
  const { serialNumber: _number, metadata, components, ...rest } = JSON.parse(stdout);
  const { timestamp: _time, component, ...said } = metadata;
  const bundled = bundledPackages();
  return {
    ...rest,
    // npm takes the folder's name.
    metadata: { ...said, component: { ...component, name: 'switchyard', type: 'application' } },
    components: components.map((one: Component) => ({
      ...one,
      scope: bundled.has(`${one.name} ${one.version}`) ? 'required' : 'excluded',
    })),
  };
}

/** `name version` of every package in the bundles, as the build has noted them beside it. */
export function bundledPackages(): ReadonlySet<string> {
  const notices = readFileSync(path.join(PROJECT_FOLDER, 'dist/THIRD_PARTY_NOTICES.txt'), 'utf8');
  const headings = notices.matchAll(/^=+\n(\S+ \d\S*) \(.*\)\n=+$/gm);
  return new Set([...headings].map(([, heading]) => heading ?? ''));
}

async function main(): Promise<void> {
  await buildProject();
  const bill = await billOfMaterials();
  const { name, version } = readManifest();
  const file = path.join(ARTIFACTS_FOLDER, `${name}-${version}.cdx.json`);
  mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
  writeFileSync(file, `${JSON.stringify(bill, undefined, 2)}\n`);
  const bundled = bill.components.filter(({ scope }) => scope === 'required');
  const names = bundled.map((one) => `${one.name} ${one.version}`).join(', ');
  const others = bill.components.length - bundled.length;
  console.log(`${file}\nbundled: ${names}; only for building and testing: ${others} packages`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
