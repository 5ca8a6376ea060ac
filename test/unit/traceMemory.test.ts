import { strict as assert } from 'node:assert';
import type { RequestTrace } from '../../src/proxy/requestTrace';
import { createTraceMemory } from '../../src/traceMemory';
import { servedTrace, traceWith } from '../support/traces';

describe('the memory of traces', () => {
  const { endedAt: _endedAt, outcome: _outcome, ...running } = servedTrace;

  it('keeps the last state of each request, the latest request first', () => {
    const memory = createTraceMemory();
    const later = traceWith({ startedAt: servedTrace.startedAt + 1 });
    memory.add(running);
    memory.add(later);
    memory.add(servedTrace);
    assert.deepEqual(memory.recent(), [later, servedTrace]);
  });

  it('forgets the oldest of too many', () => {
    const memory = createTraceMemory();
    for (let index = 0; index < 300; index += 1) {
      memory.add(traceWith({ startedAt: servedTrace.startedAt + index }));
    }
    assert.equal(memory.recent().length, 200);
    assert.equal(memory.recent().at(-1)?.startedAt, servedTrace.startedAt + 100);
  });

  it('lets no request run on when its proxy has ended', () => {
    const memory = createTraceMemory();
    memory.add(running);
    memory.proxyEnded(running.startedAt + 5_000);
    assert.equal(memory.recent()[0]?.outcome, 'brokeOff');
    assert.equal(memory.recent()[0]?.endedAt, running.startedAt + 5_000);
    memory.add(servedTrace);
    memory.proxyEnded(0);
    assert.deepEqual(memory.recent(), [servedTrace]);
  });

  it('tells who listens, until they do not any more', () => {
    const memory = createTraceMemory();
    const told: RequestTrace[] = [];
    const stop = memory.onChange((trace) => told.push(trace));
    memory.add(running);
    stop();
    memory.add(servedTrace);
    assert.deepEqual(told, [running]);
  });
});
