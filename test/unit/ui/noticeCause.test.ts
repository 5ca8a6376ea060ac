import { strict as assert } from 'node:assert';
import { phrase } from '../../../src/proxy/phrase';
import type { Notice } from '../../../src/proxy/protocol';
import { noticeCause } from '../../../src/ui/noticeCause';

describe('noticeCause', () => {
  const notice: Notice = {
    kind: 'planLimit',
    message: phrase('The {0} limit of OpenCode Go is reached.', phrase('weekly')),
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
      { ...notice, message: phrase('The {0} limit of OpenCode Go is reached.', phrase('monthly')) },
    ];
    assert.equal(new Set([notice, ...others].map(noticeCause)).size, 3);
  });
});
