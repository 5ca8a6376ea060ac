import { strict as assert } from 'node:assert';
import type { Notice } from '../../../src/proxy/protocol';
import { noticeCause } from '../../../src/ui/noticeCause';

describe('noticeCause', () => {
  const notice: Notice = {
    kind: 'planLimit',
    message: 'The weekly limit of OpenCode Go is reached.',
    credential: 'opencode',
    providerId: 'opencode-go',
    buttons: [],
  };

  it('is the same for the same notice', () => {
    assert.equal(noticeCause({ ...notice }), noticeCause(notice));
  });

  it('tells two plans of one key apart, and two limits of one plan', () => {
    const others = [
      { ...notice, providerId: 'opencode-zen' },
      { ...notice, message: 'The monthly limit of OpenCode Go is reached.' },
    ];
    assert.equal(new Set([notice, ...others].map(noticeCause)).size, 3);
  });
});
