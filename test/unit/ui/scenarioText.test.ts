import { strict as assert } from 'node:assert';
import { builtInScenarioNames } from '../../../src/proxy/scenarioNames';
import { builtInScenarios } from '../../../src/proxy/scenarios';
import {
  afterTicks,
  chainInWords,
  inReadingOrder,
  modelInWords,
  whenInWords,
} from '../../../src/ui/scenarioText';
import { plainTranslate as t } from './plainTranslate';

describe('whenInWords', () => {
  it('has words for every built-in scenario, and the figure of its rule', () => {
    const words = builtInScenarioNames.map((name) => whenInWords(name, undefined, t));
    assert.equal(new Set(words).size, builtInScenarioNames.length);
    const limit = builtInScenarios.longContext.when?.inputTokensAbove;
    assert.equal(
      whenInWords('longContext', undefined, t),
      whenInWords('mine', { inputTokensAbove: limit }, t),
    );
  });

  it('tells a rule of the person’s own, whole', () => {
    const when = {
      requestedModel: ['*opus*', 'gpt-*'],
      inputTokensBelow: 9_000,
      hasTools: false,
      hasImages: true,
      effortAtLeast: 'high',
    } as const;
    assert.equal(
      whenInWords('default', when, t),
      'asked for *opus*, gpt-*, less than 9,000 tokens, with images, without tools, effort at least high',
    );
  });

  it('tells how a scenario without a rule is reached', () => {
    assert.equal(whenInWords('mine', undefined, t), 'when asked for as scenario:mine');
  });
});

describe('a chain', () => {
  it('names a provider once for models that follow one another', () => {
    assert.equal(chainInWords(['a/x', 'a/y', 'b/x', 'a/z/1']), 'a/x → y → b/x → a/z/1');
  });

  it('keeps its order when ticks change: what is new comes last', () => {
    assert.deepEqual(afterTicks(['b', 'a'], ['a', 'b', 'c']), ['b', 'a', 'c']);
    assert.deepEqual(afterTicks(['b', 'a', 'c'], ['a', 'c']), ['a', 'c']);
    assert.deepEqual(afterTicks([], ['z', 'y']), ['z', 'y']);
  });

  it('of the default scenario is read first', () => {
    const scenarios = ['vision', 'think', 'default'].map((name) => ({
      name,
      isUsers: false,
      models: [],
    }));
    const order = inReadingOrder(scenarios).map(({ name }) => name);
    assert.deepEqual(order, ['default', 'vision', 'think']);
  });
});

describe('modelInWords', () => {
  it('tells what is known, and nothing else', () => {
    const name = { name: 'a/b', provider: 'A' };
    assert.equal(modelInWords({ ...name, isProvided: true }, t), '');
    assert.equal(
      modelInWords(
        {
          ...name,
          isProvided: false,
          context: 262_144,
          images: true,
          price: { input: 0.6, output: 2.2 },
        },
        t,
      ),
      'no API key · 262.1K tokens · images · $0.60 in, $2.20 out per 1M',
    );
    assert.equal(
      modelInWords({ ...name, isProvided: true, price: { input: 0, output: 0 } }, t),
      '',
    );
  });
});
