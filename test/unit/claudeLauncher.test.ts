import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  folderMark,
  launcherFile,
  launcherFolder,
  writeLauncher,
  writePrivately,
} from '../../src/claudeLauncher';
import { shellLines } from '../../src/terminal/environment';
import { makeTemporaryFolder, removeFolder } from '../support/folders';

describe('the launcher of Claude Code', () => {
  let root: string;
  let storage: string;
  let project: string;

  before(function () {
    // A shell script; on Windows there is none.
    if (process.platform === 'win32') this.skip();
  });

  beforeEach(async () => {
    root = makeTemporaryFolder('launcher');
    storage = path.join(root, "global storage's");
    project = path.join(root, 'a project');
    mkdirSync(project);
    await writeLauncher(storage);
  });

  afterEach(() => removeFolder(root));

  /** What a program that is started by the launcher sees, and how it was called. */
  function launchIn(cwd: string): string {
    const program = 'printf "%s|%s|%s" "$ANTHROPIC_BASE_URL" "$TRICKY" "$*"; cat';
    return execFileSync(launcherFile(storage), ['sh', '-c', program, 'x', 'one', 'two three'], {
      cwd,
      input: '|typed',
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
  }

  const windowFile = (name: string) => path.join(launcherFolder(storage), `${name}.env`);

  function writeWindow(name: string, folders: readonly string[], url: string): Promise<void> {
    const marks = folders.map((folder) => `${folderMark}${folder}\n`).join('');
    const variables = { ANTHROPIC_BASE_URL: url, TRICKY: `it's "$HOME" \`x\`` };
    return writePrivately(windowFile(name), marks + shellLines(variables, 'posix'));
  }

  it('gives the program the variables of the window whose folder it starts in', async () => {
    await writeWindow('w1', ['/elsewhere'], 'http://127.0.0.1:1');
    await writeWindow('w2', ['/nowhere', project], 'http://127.0.0.1:2');
    assert.equal(launchIn(project), `http://127.0.0.1:2|it's "$HOME" \`x\`|one two three|typed`);
  });

  it('finds the window through a link to its folder', async () => {
    const link = path.join(root, 'link');
    symlinkSync(project, link);
    await writeWindow('w1', [project], 'http://127.0.0.1:1');
    assert.match(launchIn(link), /^http:\/\/127\.0\.0\.1:1\|/);
  });

  it('takes the newest where two windows have the folder', async () => {
    await writeWindow('w1', [project], 'http://127.0.0.1:1');
    await writeWindow('w2', [project], 'http://127.0.0.1:2');
    utimesSync(windowFile('w2'), 1000, 1000);
    assert.match(launchIn(project), /^http:\/\/127\.0\.0\.1:1\|/);
  });

  it('changes nothing where no window is for the folder', async () => {
    await writeWindow('w1', [`${project}/deeper`], 'http://127.0.0.1:1');
    assert.equal(launchIn(project), '||one two three|typed');
  });

  it('takes no line below the folders for a folder', async () => {
    writeFileSync(windowFile('w1'), `export A=1\n${folderMark}${project}\n`);
    assert.equal(launchIn(project), '||one two three|typed');
  });

  it('is nobody else’s to read', async () => {
    await writeWindow('w1', [project], 'http://127.0.0.1:1');
    const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);
    assert.deepEqual(
      [launcherFolder(storage), launcherFile(storage), windowFile('w1')].map(modeOf),
      ['700', '700', '600'],
    );
  });
});
