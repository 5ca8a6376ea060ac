import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../../src/ui/commands';

// What a person can run or see is run and seen by a test in a real VS Code.

const root = path.resolve(__dirname, '../..');

/** The tests that run in a real extension host or window, as text. */
const tests = ['test/e2e', 'test/host']
  .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => path.join(folder, name)))
  .map((file) => readFileSync(path.join(root, file), 'utf8'))
  .join('\n');

describe('tests in a real VS Code', () => {
  it('run every command, by its id or by its title in the palette', () => {
    const missing = commands.filter(
      ({ id, title }) =>
        !tests.includes(`executeCommand('${id}'`) && !tests.includes(`'Switchyard: ${title}'`),
    );
    assert.deepEqual(
      missing.map(({ id }) => id),
      [],
    );
  });

  it('see every state of the status bar item', () => {
    const source = readFileSync(path.join(root, 'src/ui/statusPresentation.ts'), 'utf8');
    const states = [...source.matchAll(/t\('Switchyard: ([^']+)'\)/g)].map((match) => match[1]);
    assert.ok(states.length >= 9);
    const isSeen = (state: string | undefined): boolean =>
      tests.includes(`waitForStatus(/${state}/)`) || tests.includes(`seenStatus('${state}')`);
    assert.deepEqual(
      states.filter((state) => !isSeen(state)),
      [],
    );
  });
});
