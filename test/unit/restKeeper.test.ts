import { strict as assert } from 'node:assert';
import type { StoredRest } from '../../src/proxy/restMemory';
import { restKeeper } from '../../src/restKeeper';

describe('restKeeper', () => {
  let value: unknown;
  const state = {
    get: () => value,
    update: async (_key: string, next: unknown) => {
      value = next;
    },
  };
  const openWindow = () => restKeeper(state, () => 1_000);

  beforeEach(() => {
    value = undefined;
  });

  it('keeps what other windows keep', () => {
    const [first, second] = [openWindow(), openWindow()];
    first.recall();
    second.recall();
    first.keep([rest('opencode-go')]);
    second.keep([rest('opencode-zen')]);
    first.keep([rest('opencode-go'), rest('openai')]);
    assert.deepEqual(keys(), ['openai', 'opencode-go', 'opencode-zen']);
  });

  it('forgets what this window had and has no more', () => {
    const [first, second] = [openWindow(), openWindow()];
    first.keep([rest('opencode-go')]);
    second.keep([rest('opencode-zen')]);
    first.keep([]);
    assert.deepEqual(keys(), ['opencode-zen']);
  });

  it('forgets what an earlier session left when this one resets it', () => {
    openWindow().keep([rest('opencode-go')]);
    const later = openWindow();
    later.recall();
    later.keep([]);
    assert.deepEqual(keys(), []);
  });

  it('takes the newer word on the same plan', () => {
    openWindow().keep([rest('opencode-go', 2_000)]);
    openWindow().keep([rest('opencode-go', 3_000)]);
    assert.deepEqual(value, [rest('opencode-go', 3_000)]);
  });

  it('drops what other windows kept once it is over', () => {
    openWindow().keep([rest('opencode-go', 900)]);
    openWindow().keep([rest('openai')]);
    assert.deepEqual(keys(), ['openai']);
  });

  it('recalls nothing of what it cannot read', () => {
    value = [{ scope: 'planet' }];
    assert.deepEqual(openWindow().recall(), []);
  });

  function keys(): readonly string[] {
    return openWindow()
      .recall()
      .map(({ key }) => key)
      .sort();
  }
});

function rest(key: string, untilAt = 2_000): StoredRest {
  return {
    scope: 'plan',
    key,
    keyHash: '00',
    providerId: key,
    kind: 'planLimit',
    detail: 'no',
    untilAt,
  };
}
