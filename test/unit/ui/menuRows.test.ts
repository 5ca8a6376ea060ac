import { strict as assert } from 'node:assert';
import type { ProxyReport } from '../../../src/proxy/protocol';
import type { ProxyStatus } from '../../../src/proxyStatus';
import { commands, menuGroups } from '../../../src/ui/commands';
import { holds, type MenuRow, type MenuSituation, menuRows } from '../../../src/ui/menuRows';
import { plainTranslate as t } from './plainTranslate';

const accepted = {
  credential: 'opencode',
  providerId: 'opencode-go',
  label: 'OpenCode',
  state: 'accepted',
} as const;

function running(report: Partial<ProxyReport> = {}): ProxyStatus {
  const whole = { activeRequests: 0, credentials: [accepted], targets: [], usable: true };
  return { state: 'running', port: 4141, report: { ...whole, ...report } };
}

function rowsFor(situation: Partial<MenuSituation>): readonly MenuRow[] {
  return menuRows({ status: running(), hasKeys: true, today: undefined, ...situation }, t);
}

/** What can be run, in order; headings as they are. */
function idsFor(situation: Partial<MenuSituation>): readonly string[] {
  return rowsFor(situation).map((row) => (row.kind === 'heading' ? row.label : row.command));
}

describe('menuRows', () => {
  it('begins with the state in words, and goes on with what can be done about it', () => {
    const [state] = rowsFor({});
    assert.equal(state?.label, '$(radio-tower) Running on port 4141.');
    assert.deepEqual(idsFor({}).slice(0, 4), [
      'switchyard.showStatus',
      'Now',
      'switchyard.stop',
      'Agents',
    ]);
  });

  it('puts first what mends the state', () => {
    const missing = { ...accepted, state: 'missing' } as const;
    const withoutKey = running({ usable: false, credentials: [missing] });
    assert.equal(idsFor({ status: withoutKey })[2], 'switchyard.setApiKey');
    const rejected = { ...accepted, state: 'rejected' } as const;
    const [, , mend] = rowsFor({ status: running({ credentials: [rejected] }) });
    assert.ok(mend?.kind === 'command');
    assert.deepEqual([mend.command, mend.argument], ['switchyard.setApiKey', 'opencode']);
    const resting = { name: 'a/b', scenarios: [], state: 'resting' } as const;
    assert.equal(idsFor({ status: running({ targets: [resting] }) })[2], 'switchyard.resetHealth');
    const unusable = running({ usable: false, credentials: [] });
    assert.equal(idsFor({ status: unusable })[2], 'switchyard.showScenarios');
  });

  it('has nothing twice', () => {
    const resting = { name: 'a/b', scenarios: [], state: 'resting' } as const;
    const missing = { ...accepted, state: 'missing' } as const;
    for (const report of [
      { targets: [resting] },
      { usable: false, credentials: [missing] },
      { usable: false, credentials: [] },
    ]) {
      const commandsShown = idsFor({ status: running(report) }).slice(1);
      assert.equal(new Set(commandsShown).size, commandsShown.length);
    }
  });

  it('offers to start what is down, and another port where it is taken', () => {
    assert.equal(idsFor({ status: { state: 'stopped' } })[2], 'switchyard.start');
    const status = { state: 'failed', reason: { kind: 'portTaken', port: 80 } } as const;
    const [, , port, start] = rowsFor({ status });
    assert.ok(port?.kind === 'command');
    assert.deepEqual([port.command, port.argument], ['switchyard.openSettings', 'switchyard.port']);
    assert.ok(start?.kind === 'command');
    assert.equal(start.command, 'switchyard.start');
  });

  it('leaves out what cannot be run now', () => {
    const stopped = idsFor({ status: { state: 'stopped' }, hasKeys: false });
    for (const id of ['switchyard.deleteApiKey', 'switchyard.setUpCodex', 'switchyard.stop']) {
      assert.ok(!stopped.includes(id), id);
    }
    assert.ok(idsFor({}).includes('switchyard.deleteApiKey'));
  });

  it('has every command of the table, at the end where no place is named', () => {
    const up = idsFor({});
    const down = idsFor({ status: { state: 'stopped' } });
    const beside: readonly string[] = ['switchyard.toggle', 'switchyard.showMenu'];
    for (const { id } of commands) {
      assert.ok(beside.includes(id) || up.includes(id) || down.includes(id), id);
    }
    assert.equal(
      up.filter((entry) => !entry.startsWith('switchyard.')).length,
      menuGroups.length + 1,
    );
    assert.ok(up.indexOf('Support') < up.indexOf('switchyard.openSettings'));
  });

  it('tells what is the case with what a command is about', () => {
    const rows = rowsFor({ today: 'Today: 3 requests' });
    const descriptionOf = (id: string): string | undefined =>
      rows.flatMap((row) => (row.kind === 'command' && row.command === id ? [row] : []))[0]
        ?.description;
    assert.equal(descriptionOf('switchyard.showUsage'), 'Today: 3 requests');
    assert.equal(descriptionOf('switchyard.setApiKey'), 'OpenCode: API key accepted');
  });
});

describe('holds', () => {
  it('reads every clause of the table', () => {
    for (const row of commands) {
      const { enablement } = { enablement: undefined, ...row };
      if (enablement !== undefined) assert.match(enablement, /^!?[\w.]+( (==|\|\|) !?[\w.]+)*$/);
    }
  });

  it('knows names, their absence, equality, and alternatives', () => {
    assert.equal(holds('a', { a: true }), true);
    assert.equal(holds('a', { a: false }), false);
    assert.equal(holds('!a', {}), true);
    assert.equal(holds('a == x', { a: 'x' }), true);
    assert.equal(holds('a == x', { a: 'y' }), false);
    assert.equal(holds('!a || a == x || a == y', { a: 'y' }), true);
    assert.equal(holds('!a || a == x', { a: 'y' }), false);
  });
});
