import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

// The rules of the architecture, checked over the text of every source file.

const root = path.resolve(__dirname, '../..');
const sources = filesOf('src').filter((file) => /\.tsx?$/.test(file));
const proxySources = sources.filter((file) => file.startsWith('src/proxy/'));

function filesOf(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'),
    );
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Code without comments and without the contents of strings, so that words in prose break no rule. */
function codeOf(file: string): string {
  return read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

/** Module specifiers of a file; relative ones as paths from the root. */
function importsOf(file: string): string[] {
  const specifiers = [...read(file).matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'/gms)];
  const bare = [
    ...read(file).matchAll(/^import '([^']+)'|\bimport\('([^']+)'\)|\brequire\('([^']+)'\)/gm),
  ];
  return [
    ...specifiers.map((match) => match[1]),
    ...bare.map((match) => match[1] ?? match[2] ?? match[3]),
  ]
    .flatMap((specifier) => specifier ?? [])
    .map((specifier) =>
      specifier.startsWith('.')
        ? path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
        : specifier,
    );
}

/** The room of a file: `proxy/wire`, `proxy`, `ui`, …; `root` for files right under src. */
function roomOf(file: string): string {
  if (file.startsWith('src/proxy/wire/')) return 'proxy/wire';
  if (file.startsWith('src/dashboard/webview/')) return 'dashboard/webview';
  const [, room, rest] = file.split('/');
  return rest === undefined ? 'root' : (room ?? 'root');
}

function offenders(files: readonly string[], isWrong: (file: string) => boolean): string[] {
  return files.filter(isWrong);
}

describe('architecture', () => {
  it('reads the sources', () => {
    assert.ok(sources.length > 40);
  });

  it('lets src/proxy run in plain Node: no vscode there', () => {
    assert.deepEqual(
      offenders(proxySources, (file) => importsOf(file).includes('vscode')),
      [],
    );
  });

  it('imports undici in one file, by its parts and never by its root', () => {
    const isUndici = (specifier: string) =>
      specifier === 'undici' || specifier.startsWith('undici/');
    const users = offenders(
      sources,
      (file) => !file.endsWith('.d.ts') && importsOf(file).some(isUndici),
    );
    assert.deepEqual(users, ['src/proxy/upstream.ts']);
    assert.ok(!importsOf('src/proxy/upstream.ts').includes('undici'));
  });

  it('walks the chain in one loop: only chain.ts calls attempt, only messages.ts walks', () => {
    const callers = (pattern: RegExp, own: string) =>
      offenders(sources, (file) => file !== own && pattern.test(codeOf(file)));
    assert.deepEqual(callers(/\battempt\(/, 'src/proxy/attempt.ts'), ['src/proxy/chain.ts']);
    assert.deepEqual(callers(/\bwalkChain\(/, 'src/proxy/chain.ts'), ['src/proxy/messages.ts']);
  });

  it('keeps the wire formats free of chain, health and server', () => {
    const wire = sources.filter((file) => roomOf(file) === 'proxy/wire');
    const isForeign = (target: string) =>
      target.startsWith('src/') &&
      !target.startsWith('src/proxy/wire/') &&
      // Plain data, and the words for it.
      !['src/proxy/types', 'src/proxy/phrase'].includes(target);
    assert.deepEqual(
      offenders(wire, (file) => importsOf(file).some(isForeign)),
      [],
    );
  });

  it('keeps ui, lm, terminal, keys and config apart from one another', () => {
    const rooms = ['ui', 'lm', 'terminal', 'keys', 'config'];
    const crosses = (file: string) => {
      const room = roomOf(file);
      if (!rooms.includes(room)) return false;
      return importsOf(file).some((target) => {
        const other = target.startsWith('src/') ? roomOf(`${target}.ts`) : room;
        return rooms.includes(other) && other !== room;
      });
    };
    assert.deepEqual(offenders(sources, crosses), []);
  });

  it('keeps the checks of Diagnose free of vscode, settings, keys and terminals; only their window folder shows them', () => {
    const isWindow = (file: string) => file.startsWith('src/diagnose/window/');
    const allowed =
      /^src\/(?:diagnose|proxy|proxyStatus$|ui\/(?:figures|markdown|statusPresentation|translate)$)/;
    const isForeign = (file: string) =>
      importsOf(file).some((target) => {
        if (target === 'vscode' || target.startsWith('src/diagnose/window/'))
          return !isWindow(file);
        return target.startsWith('src/') && !allowed.test(target);
      });
    const checks = sources.filter((file) => roomOf(file) === 'diagnose');
    assert.ok(checks.length > 8);
    assert.deepEqual(offenders(checks, isForeign), []);
  });

  it('loads Diagnose at its first use: nothing else imports it', () => {
    const users = offenders(sources, (file) =>
      /^import (?!type )[^;]*'[^']*\/diagnosis'/m.test(read(file)),
    );
    assert.deepEqual(users, []);
  });

  it('keeps the history of usage below everything but the proxy', () => {
    const usage = sources.filter((file) => roomOf(file) === 'usage');
    const isAbove = (target: string) =>
      target === 'vscode' || (target.startsWith('src/') && !/^src\/(?:usage|proxy)\//.test(target));
    assert.deepEqual(
      offenders(usage, (file) => importsOf(file).some(isAbove)),
      [],
    );
  });

  it('keeps the dashboard above what it shows: only the surfaces know it, and it knows no settings and no keys', () => {
    const isDashboard = (file: string) => file.startsWith('src/dashboard/');
    const users = offenders(
      sources.filter((file) => !isDashboard(file)),
      (file) => importsOf(file).some(isDashboard),
    );
    assert.deepEqual(users, ['src/surfaces.ts']);
    const known = /^src\/(?:dashboard|proxy|ui|usage)\/|^src\/proxyStatus$/;
    assert.deepEqual(
      offenders(sources.filter(isDashboard), (file) =>
        importsOf(file).some((target) => target.startsWith('src/') && !known.test(target)),
      ),
      [],
    );
  });

  it('gives the dashboard’s page nothing but plain modules, and lets it make no HTML of texts', () => {
    const page = sources.filter((file) => roomOf(file) === 'dashboard/webview');
    const plain =
      /^(?:src\/dashboard\/(?:webview\/\w+|messages|bars|textKeys)|src\/ui\/figures|src\/proxy\/timeInWords|preact(?:\/hooks)?|uplot|zod\/mini)$/;
    assert.ok(page.length > 10);
    assert.deepEqual(
      offenders(page, (file) => !importsOf(file).every((target) => plain.test(target))),
      [],
    );
    const makesHtml = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/i;
    assert.deepEqual(
      offenders(page, (file) => makesHtml.test(read(file))),
      [],
    );
  });

  it('keeps the proxy below everything else; only its standalone entry reads the settings schema', () => {
    const leavesProxy = (file: string) =>
      importsOf(file).some(
        (target) => target.startsWith('src/') && !target.startsWith('src/proxy/'),
      );
    assert.deepEqual(offenders(proxySources, leavesProxy), ['src/proxy/standalone.ts']);
  });

  it('has no file above 300 lines and no extension.ts above 120', () => {
    const lines = (file: string) => read(file).split('\n').length - 1;
    assert.deepEqual(
      offenders([...sources, ...filesOf('scripts')], (file) => lines(file) > 300),
      [],
    );
    assert.ok(lines('src/extension.ts') <= 120);
  });

  it('keeps no state outside of objects that somebody made: no module of the proxy has a variable of its own', () => {
    const hasVariable = (file: string) => /^(?:export )?(?:let|var) /m.test(codeOf(file));
    assert.deepEqual(offenders(proxySources, hasVariable), []);
  });

  const banned: readonly [what: string, pattern: RegExp][] = [
    ['any', /[:<,(|&]\s*any\b/],
    ['a cast', /\bas (?!const\b)[A-Z{'"a-z]/],
    ['a non-null assertion', /[\w)\]]!(?=[.;,)\]\s[])(?!=)/],
    ['an enum', /\benum \w+ \{/],
    ['a default export', /^export default /m],
    ['a barrel', /^export \* from/m],
    ['a switched-off check', /@ts-(?:ignore|nocheck|expect-error)|biome-ignore/],
    ['console', /\bconsole\.\w+\(/],
  ];
  for (const [what, pattern] of banned) {
    it(`finds ${what} nowhere in src`, () => {
      const checked = sources.filter((file) => !file.endsWith('.d.ts'));
      const code = (file: string) =>
        codeOf(file).replace(/^(?:import|export) [^;]*? from [^;]*;$/gms, '');
      assert.deepEqual(
        offenders(checked, (file) => pattern.test(code(file))),
        [],
      );
    });
  }

  it('leaves no task for later in code or docs', () => {
    const marks = new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|'));
    const all = [...sources, ...filesOf('test'), ...filesOf('scripts')].filter((file) =>
      file.endsWith('.ts'),
    );
    assert.deepEqual(
      offenders(all, (file) => marks.test(read(file))),
      [],
    );
  });
});
