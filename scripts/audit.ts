// `npm run audit`: asks the registry for known faults in every package of the lock file, and says which of them are shipped.
// Needs a registry that answers audits, so it is run by hand and by nothing else.
import { run } from '../test/support/processes';
import { buildProject, PROJECT_FOLDER } from './project';
import { bundledPackages } from './sbom';

/** Advisories that do not concern us, each with the reason: `GHSA-…` → why. */
const explained: Readonly<Record<string, string>> = {};

interface Fault {
  readonly name: string;
  readonly severity: string;
  readonly title: string;
  readonly url: string;
}

async function main(): Promise<void> {
  await buildProject();
  const { stdout, stderr } = await run(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['audit', '--json', '--package-lock-only'],
    { cwd: PROJECT_FOLDER },
  );
  const faults = readFaults(stdout);
  if (faults === undefined) {
    console.error(`This registry does not answer audits; nothing is known.\n${stderr.trim()}`);
    process.exitCode = 2;
    return;
  }
  const shipped = [...bundledPackages()].map((one) => one.split(' ')[0]);
  let unexplained = 0;
  for (const { name, severity, title, url } of faults) {
    const reason = explained[url.split('/').at(-1) ?? ''];
    unexplained += reason === undefined ? 1 : 0;
    const where = shipped.includes(name) ? 'SHIPPED' : 'only builds and tests';
    console.log(`${name} (${where}), ${severity}: ${title} ${url}\n  ${reason ?? 'not explained'}`);
  }
  console.log(`${faults.length} faults, ${unexplained} of them not explained`);
  process.exitCode = unexplained === 0 ? 0 : 1;
}

/** Undefined when the answer is no audit. */
function readFaults(json: string): readonly Fault[] | undefined {
  const report: unknown = json.trim() === '' ? undefined : JSON.parse(json);
  const vulnerabilities = memberOf(report, 'vulnerabilities');
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) return undefined;
  return Object.entries(vulnerabilities).flatMap(([name, value]) => {
    const via: unknown = memberOf(value, 'via');
    const advisories: readonly unknown[] = Array.isArray(via) ? via : [];
    return advisories.flatMap((advisory) => {
      const url = memberOf(advisory, 'url');
      // A string names the package through which another fault comes, which has a row of its own.
      if (typeof url !== 'string') return [];
      const text = (key: string) => String(memberOf(advisory, key));
      return [{ name, severity: text('severity'), title: text('title'), url }];
    });
  });
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
