import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compiledCode } from '../../src/compiledCode';

describe('compiledCode', () => {
  const storage = mkdtempSync(path.join(tmpdir(), 'switchyard-compiled-'));
  after(() => rmSync(storage, { recursive: true, force: true }));

  it('keeps what this version compiled and removes what others left', async () => {
    const older = compiledCode(storage, '1.0.0').folder;
    const newer = compiledCode(storage, '1.1.0');
    for (const folder of [older, newer.folder]) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'code'), 'compiled');
    }
    await newer.forgetOtherVersions();
    assert.equal(existsSync(older), false);
    assert.ok(existsSync(path.join(newer.folder, 'code')));
  });

  it('lies beside what else the extension stores, and touches none of it', async () => {
    const usage = path.join(storage, 'usage');
    mkdirSync(usage);
    await compiledCode(storage, '2.0.0').forgetOtherVersions();
    assert.ok(existsSync(usage));
  });

  it('fails at nothing where there is no storage yet', async () => {
    await compiledCode(path.join(storage, 'missing'), '1.0.0').forgetOtherVersions();
    assert.equal(existsSync(path.join(storage, 'missing')), false);
  });
});
