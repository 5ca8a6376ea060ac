import assert from 'node:assert/strict';
import { createCancellation } from '../../../src/proxy/cancellation';

describe('a cancellation', () => {
  it('tells those that listen, once each, and those that left nothing', () => {
    const cancellation = createCancellation();
    const { signal } = cancellation;
    const told: string[] = [];
    const stays = () => told.push(`stays, ${signal.aborted ? 'aborted' : 'wanted'}`);
    const leaves = () => told.push('leaves');
    signal.addEventListener('abort', leaves);
    signal.addEventListener('abort', stays);
    signal.addEventListener('abort', stays);
    signal.removeEventListener('abort', leaves);
    assert.equal(signal.aborted, false);
    cancellation.abort();
    cancellation.abort();
    assert.equal(signal.aborted, true);
    assert.deepEqual(told, ['stays, aborted']);
  });

  it('lets a listener leave while all are told', () => {
    const cancellation = createCancellation();
    const { signal } = cancellation;
    const told: string[] = [];
    const first = () => {
      told.push('first');
      signal.removeEventListener('abort', second);
    };
    const second = () => told.push('second');
    signal.addEventListener('abort', first);
    signal.addEventListener('abort', second);
    cancellation.abort();
    assert.deepEqual(told, ['first']);
  });
});
