import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ScenarioConditions } from '../../src/proxy/conditions';
import type { RequestContent } from '../../src/proxy/requestContent';
import { route } from '../../src/proxy/router';
import {
  efforts,
  type RequestFacts,
  requestClasses,
  type ScenarioSettings,
  targetName,
} from '../../src/proxy/types';
import { tableOf } from '../support/routing';
import { holds } from './run';

const modelNames = fc.constantFrom(
  'claude-opus-5-5',
  'claude-haiku-4-5-20251001',
  'auto',
  'scenario:mine',
  'scenario:nowhere',
  'opencode-go/glm-5.3',
  'local/blind',
  'nobody/model',
  '__proto__',
);
const globs = fc.constantFrom('*', 'claude-*', '*opus*', '*haiku*', 'x', 'mcp__*', 'Explore');
const words = fc.constantFrom('think', '重构', 'ออกแบบ', 'deep dive');
const tokens = fc.constantFrom(0, 10, 5_000, 200_000, 300_000, 3_000_000);

const facts: fc.Arbitrary<RequestFacts> = fc.record({
  requestedModel: modelNames,
  stream: fc.boolean(),
  inputTokens: tokens,
  hasImages: fc.boolean(),
  hasTools: fc.boolean(),
  thinking: fc.boolean(),
  effort: fc.option(fc.constantFrom(...efforts), { nil: undefined }),
  maxOutputTokens: fc.option(tokens, { nil: undefined }),
  requestClass: fc.constantFrom(...requestClasses),
  agentType: fc.option(fc.constantFrom('Explore', 'general-purpose'), { nil: undefined }),
  userAgent: fc.constantFrom('', 'claude-cli/2.1.330', 'opencode/1'),
  sessionId: fc.string(),
});

const content: fc.Arbitrary<RequestContent> = fc.record({
  toolNames: fc.array(fc.constantFrom('Bash', 'mcp__a__b')),
  neededServerTools: fc.constantFrom([], ['web_search_20250305']),
  lastTypedText: fc.constantFrom(
    '',
    'think about it',
    '请重构这个函数',
    'ช่วยออกแบบระบบ',
    'thinking',
  ),
});

const optional = { nil: undefined } as const;
const conditions: fc.Arbitrary<ScenarioConditions> = fc.record({
  requestedModel: fc.option(fc.array(globs, { minLength: 1 }), optional),
  inputTokensAbove: fc.option(tokens, optional),
  inputTokensBelow: fc.option(tokens, optional),
  hasImages: fc.option(fc.boolean(), optional),
  hasTools: fc.option(fc.boolean(), optional),
  toolNames: fc.option(fc.array(globs, { minLength: 1 }), optional),
  thinking: fc.option(fc.boolean(), optional),
  effortAtLeast: fc.option(fc.constantFrom(...efforts), optional),
  maxOutputTokensBelow: fc.option(tokens, optional),
  stream: fc.option(fc.boolean(), optional),
  requestClass: fc.option(fc.array(fc.constantFrom(...requestClasses), { minLength: 1 }), optional),
  agentType: fc.option(fc.array(globs, { minLength: 1 }), optional),
  client: fc.option(fc.array(globs, { minLength: 1 }), optional),
  lastUserMessageContains: fc.option(fc.array(words, { minLength: 1 }), optional),
});

const chains = fc.array(
  fc.constantFrom(
    'opencode-go/glm-5.3',
    'opencode-go/kimi-k2.7-code',
    'anthropic/claude-opus-5-5',
    'local/blind',
    'local/small',
    'nobody/model',
    'nonsense',
  ),
  { minLength: 1, maxLength: 4 },
);
const scenario: fc.Arbitrary<ScenarioSettings> = fc.record({
  when: fc.option(conditions, optional),
  priority: fc.option(fc.constantFrom(-1, 25, 100, 200), optional),
  models: chains,
});

const tables = fc
  .record({
    scenarios: fc.dictionary(fc.constantFrom('mine', 'default', 'vision', 'fast'), scenario),
    modelOverrides: fc.dictionary(globs, fc.oneof(fc.constantFrom('mine', 'fast', 'gone'), chains)),
    keys: fc.subarray(['opencode', 'anthropic', 'local']),
  })
  .map((options) =>
    tableOf({
      ...options,
      providers: {
        local: {
          baseUrl: 'http://127.0.0.1:1',
          models: { blind: { images: false }, small: { context: 4_000, tools: false } },
        },
      },
    }),
  );

describe('routing', () => {
  it('depends on nothing but the request and the table, and changes neither', async () => {
    await holds(3_000, fc.record({ facts, content, table: tables }), async (one) => {
      const frozen = {
        facts: frozenCopy(one.facts),
        content: frozenCopy(one.content),
        table: { ...one.table, scenarios: frozenCopy(one.table.scenarios) },
      };
      Object.freeze(frozen.table);
      const first = withoutOutside(() => route(frozen.facts, frozen.content, frozen.table));
      const second = withoutOutside(() => route(frozen.facts, frozen.content, frozen.table));
      assert.deepEqual(second, first);
    });
  });

  it('names every link of its chain once: as a target, or with the reason why not', async () => {
    await holds(3_000, fc.record({ facts, content, table: tables }), async (one) => {
      const chosen = route(one.facts, one.content, one.table);
      const names = [...chosen.targets.map(targetName), ...chosen.skipped.map(({ name }) => name)];
      const scenarioOf = one.table.scenarios.find(({ name }) => name === chosen.scenario);
      if (scenarioOf !== undefined) assert.deepEqual(names.sort(), [...scenarioOf.models].sort());
      for (const { reason } of chosen.skipped) assert.notEqual(reason, '');
    });
  });

  it('ends the rules that it considered with the one that won', async () => {
    await holds(3_000, fc.record({ facts, content, table: tables }), async (one) => {
      const { considered } = route(one.facts, one.content, one.table);
      assert.deepEqual(
        considered.map(({ matched }) => matched),
        considered.map((_rule, index) => index === considered.length - 1),
      );
      for (const { why } of considered) assert.notEqual(why, '');
    });
  });
});

function frozenCopy<T>(value: T): T {
  return deepFrozen(structuredClone(value));
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFrozen(member);
    Object.freeze(value);
  }
  return value;
}

/** Runs `decide` where nobody may ask for the time, for chance or for the environment. */
function withoutOutside<T>(decide: () => T): T {
  const kept = { now: Date.now, random: Math.random, monotonic: performance.now, env: process.env };
  const forbidden = (): never => {
    throw new Error('routing looked outside');
  };
  Date.now = forbidden;
  Math.random = forbidden;
  performance.now = forbidden;
  process.env = new Proxy({}, { get: forbidden, has: forbidden, ownKeys: forbidden });
  try {
    return decide();
  } finally {
    Date.now = kept.now;
    Math.random = kept.random;
    performance.now = kept.monotonic;
    process.env = kept.env;
  }
}
