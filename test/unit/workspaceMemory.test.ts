import { strict as assert } from 'node:assert';
import { portMemory, versionOf, workspaceId } from '../../src/workspaceMemory';

function memento(values: Record<string, unknown> = {}) {
  return {
    get: (key: string) => values[key],
    async update(key: string, value: unknown) {
      values[key] = value;
    },
  };
}

describe('the memory of a workspace', () => {
  it('keeps the last ports of its windows', () => {
    const ports = portMemory(memento(), () => undefined);
    for (const port of [1001, 1002, 1003, 1004, 1002, 1005]) ports.remember(port);
    assert.deepEqual(ports.remembered(), [1003, 1004, 1002, 1005]);
  });

  it('ignores what is no port', () => {
    const ports = portMemory(
      memento({ ports: ['80', 0, 70_000, 1.5, null, 4141] }),
      () => undefined,
    );
    assert.deepEqual(ports.remembered(), [4141]);
    assert.deepEqual(portMemory(memento({ ports: 'nonsense' }), () => 80).remembered(), []);
  });

  it('prefers the port that the terminals carry, if a window of this workspace had it', () => {
    let carried = 1002;
    const ports = portMemory(memento({ ports: [1001, 1002, 1003] }), () => carried);
    assert.deepEqual(ports.remembered(), [1002, 1001, 1003]);
    carried = 9999;
    assert.deepEqual(ports.remembered(), [1001, 1002, 1003]);
  });

  it('names the workspace once', () => {
    const state = memento();
    const id = workspaceId(state);
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(workspaceId(state), id);
    assert.notEqual(workspaceId(memento()), id);
  });
});

describe('versionOf', () => {
  it('reads the version of a manifest', () => {
    assert.equal(versionOf({ version: '1.2.3' }), '1.2.3');
    assert.equal(versionOf(null), '0.0.0');
  });
});
