import assert from 'node:assert/strict';
import { createContentLog } from '../../../src/proxy/contentLog';
import { createLogger, reaches } from '../../../src/proxy/log';
import { type LogThreshold, logLevels } from '../../../src/proxy/protocol';
import { createRequestLog } from '../../../src/proxy/requestLog';
import { route } from '../../../src/proxy/router';
import type { RequestFacts } from '../../../src/proxy/types';
import { createFakeClock } from '../../support/fakeClock';
import { plainContent, plainFacts, tableOf } from '../../support/routing';
import { plainSettings } from '../../support/testProxy';

/** A log of which the lines from `threshold` on are shown, and which counts what it cleaned. */
function setUp(threshold: LogThreshold) {
  const world = { threshold, cleaned: 0 };
  const lines: string[] = [];
  const log = createLogger(
    {
      write: (level, message) => lines.push(`${level} ${message}`),
      isShown: (level) => reaches(level, world.threshold),
    },
    (text) => {
      world.cleaned += 1;
      return text.replace('secret', '[redacted]');
    },
  );
  return { world, lines, log };
}

describe('the log', () => {
  it('shows the lines of a level and those above it', () => {
    const shown = (threshold: LogThreshold) =>
      logLevels.filter((level) => reaches(level, threshold));
    assert.deepEqual(shown('trace'), logLevels);
    assert.deepEqual(shown('debug'), ['debug', 'info', 'warn', 'error']);
    assert.deepEqual(shown('warn'), ['warn', 'error']);
    assert.deepEqual(shown('off'), []);
  });

  it('neither makes nor cleans nor writes what is not shown', () => {
    const { log, lines, world } = setUp('warn');
    log.debug(() => assert.fail('made'));
    log.info('unseen');
    assert.deepEqual([lines, world.cleaned], [[], 0]);
    log.warn('a secret');
    log.error('another secret');
    assert.deepEqual(lines, ['warn a [redacted]', 'error another [redacted]']);
  });

  it('writes nothing at all while it is off', () => {
    const { log, lines } = setUp('off');
    log.debug(() => 'a');
    log.info('b');
    log.warn('c');
    log.error('d');
    assert.deepEqual(lines, []);
  });

  it('follows a change with the next line', () => {
    const { log, lines, world } = setUp('info');
    log.debug(() => 'before');
    world.threshold = 'debug';
    log.debug(() => 'a secret between');
    world.threshold = 'info';
    log.debug(() => 'after');
    assert.deepEqual(lines, ['debug a [redacted] between']);
  });

  it('shows everything where nobody chose', () => {
    const lines: string[] = [];
    const log = createLogger({ write: (level) => lines.push(level) }, (text) => text);
    log.debug(() => 'a');
    log.info('b');
    assert.deepEqual(lines, ['debug', 'info']);
  });
});

describe('the log of a request', () => {
  const chosen = route(plainFacts, plainContent, tableOf(), () => plainFacts.inputTokens);

  /** What is logged of a request's routing, and how often its facts were put into words. */
  function routed(threshold: LogThreshold) {
    const { log, lines } = setUp(threshold);
    let reads = 0;
    const facts: RequestFacts = {
      ...plainFacts,
      get userAgent() {
        reads += 1;
        return plainFacts.userAgent;
      },
    };
    createRequestLog('ab12', log, createFakeClock()).routed(facts, chosen);
    return { lines, reads };
  }

  it('puts the facts into words only where they are shown', () => {
    const seen = routed('debug');
    assert.match(seen.lines.at(-1) ?? '', /^debug request ab12 measured model=claude-opus-5-5 /);
    assert.equal(seen.reads, 1);
    const unseen = routed('info');
    assert.match(unseen.lines.join('\n'), /^info request ab12 routing /);
    assert.doesNotMatch(unseen.lines.join('\n'), /measured/);
    assert.equal(unseen.reads, 0);
  });
});

describe('the content log', () => {
  const answer = {
    target: chosenTarget(),
    ttftMs: 1,
    omitted: [],
    steps: { next: async () => ({ done: true as const, value: undefined }) },
  };

  function contentLog(threshold: LogThreshold) {
    const { log, lines } = setUp(threshold);
    const settings = () => ({ ...plainSettings, logContent: true });
    return { lines, content: createContentLog({ log, settings }, 'ab12') };
  }

  it('gathers nothing where nobody sees it', () => {
    const { content, lines } = contentLog('info');
    const body = Buffer.from('hello');
    body.toString = () => assert.fail('read');
    content.asked(body);
    assert.equal(content.watch(answer), answer);
    assert.deepEqual(lines, []);
  });

  it('is written where it is seen', async () => {
    const { content, lines } = contentLog('debug');
    content.asked(Buffer.from('hello'));
    await content.watch(answer).steps.next();
    assert.deepEqual(lines, [
      'debug request ab12 content asked: "hello"',
      'debug request ab12 content answered: ""',
    ]);
  });

  it('does not point to the setting for an upstream’s words that repeat the request, as it is on', () => {
    const { content } = contentLog('info');
    const failure = {
      kind: 'badRequest',
      provider: answer.target.provider,
      model: answer.target.model,
      detail: 'cannot answer “hello”',
      repeatsRequest: true,
    } as const;
    assert.equal(content.failureForLog(failure), failure);
  });
});

function chosenTarget() {
  const [target] = route(plainFacts, plainContent, tableOf(), () => 1).targets;
  assert.ok(target !== undefined);
  return target;
}
