import { strict as assert } from 'node:assert';
import { claudeInstallLine, claudeLine, type Machine } from '../../../src/terminal/claudeProgram';

/** A machine with these programs and nothing else. */
function machine(
  programs: readonly string[],
  change: Partial<Pick<Machine, 'platform' | 'home' | 'env'>> = {},
): Machine {
  return {
    platform: 'linux',
    home: '/home/me',
    env: { PATH: '/usr/bin:/opt/tools' },
    ...change,
    isProgram: async (file) => programs.includes(file),
    namesIn: async (folder) => [
      ...new Set(
        programs
          .filter((file) => file.startsWith(`${folder}/`))
          .map((file) => file.slice(folder.length + 1).split('/')[0] ?? ''),
      ),
    ],
  };
}

describe('claudeLine', () => {
  it('types the name where PATH has the program', async () => {
    const onPath = machine(['/opt/tools/claude', '/home/me/.local/bin/claude']);
    assert.equal(await claudeLine('/bin/bash', onPath), 'claude');
  });

  for (const file of [
    '/home/me/.local/bin/claude',
    '/home/me/.claude/local/claude',
    '/home/me/.npm-global/bin/claude',
    '/home/me/.nvm/versions/node/v22.3.0/bin/claude',
    '/opt/homebrew/bin/claude',
  ]) {
    it(`types the path of ${file}, which only its installer or a shell profile knows`, async () => {
      assert.equal(await claudeLine('/bin/bash', machine([file])), file);
    });
  }

  it('asks npm’s prefix too, and takes the newest of several Nodes', async () => {
    const env = { NPM_CONFIG_PREFIX: '/data/npm' };
    assert.equal(
      await claudeLine('/bin/bash', machine(['/data/npm/bin/claude'], { env })),
      '/data/npm/bin/claude',
    );
    const versions = ['v9.11.0', 'v22.3.0', 'v18.1.0'].map(
      (version) => `/home/me/.nvm/versions/node/${version}/bin/claude`,
    );
    assert.equal(await claudeLine('/bin/bash', machine(versions)), versions[1]);
  });

  it('is undefined where it is not installed', async () => {
    assert.equal(await claudeLine('/bin/bash', machine([])), undefined);
    assert.equal(await claudeLine('/bin/bash', machine([], { env: {} })), undefined);
  });

  it('quotes a path as the shell wants it', async () => {
    const home = "/home/o'neil jr";
    const posix = machine([`${home}/.local/bin/claude`], { home });
    assert.equal(await claudeLine('/bin/zsh', posix), "'/home/o'\\''neil jr/.local/bin/claude'");
    const windows = machine(['C:\\Users\\A B\\.local\\bin\\claude.exe'], {
      platform: 'win32',
      home: 'C:\\Users\\A B',
      env: { Path: 'C:\\Windows' },
    });
    const file = 'C:\\Users\\A B\\.local\\bin\\claude.exe';
    assert.equal(await claudeLine('C:\\Windows\\System32\\cmd.exe', windows), `"${file}"`);
    assert.equal(await claudeLine('C:\\Program Files\\pwsh.exe', windows), `& '${file}'`);
  });

  it('finds on Windows what npm installs, and reads its PATH by any case', async () => {
    const env = { Path: 'C:\\Windows;D:\\bin', APPDATA: 'C:\\Data' };
    const options = { platform: 'win32', home: 'C:\\me', env } as const;
    assert.equal(await claudeLine('cmd.exe', machine(['D:\\bin\\claude.cmd'], options)), 'claude');
    assert.equal(
      await claudeLine('cmd.exe', machine(['C:\\Data\\npm\\claude.cmd'], options)),
      '"C:\\Data\\npm\\claude.cmd"',
    );
  });
});

describe('claudeInstallLine', () => {
  it('is the official one of the platform', () => {
    assert.equal(claudeInstallLine('linux'), 'curl -fsSL https://claude.ai/install.sh | bash');
    assert.equal(claudeInstallLine('darwin'), claudeInstallLine('linux'));
    assert.equal(claudeInstallLine('win32'), 'irm https://claude.ai/install.ps1 | iex');
  });
});
