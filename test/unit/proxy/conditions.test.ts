import assert from 'node:assert/strict';
import { judge, type ScenarioConditions } from '../../../src/proxy/conditions';
import { render } from '../../../src/proxy/phrase';
import type { RequestContent } from '../../../src/proxy/requestContent';
import type { RequestFacts } from '../../../src/proxy/types';
import { inEnglish } from '../../support/inEnglish';
import { plainContent, plainFacts } from '../../support/routing';

type Request = Partial<RequestFacts & RequestContent>;

/** A rule, a request for which it holds and one for which it does not, each with the reason that a person reads. */
interface Case {
  readonly when: ScenarioConditions;
  readonly yes: Request;
  readonly because: string;
  readonly no: Request;
  readonly whyNot: string;
}

const casesByCondition: Readonly<Record<keyof ScenarioConditions, readonly Case[]>> = {
  requestedModel: [
    {
      when: { requestedModel: ['*opus*', '*fable*'] },
      yes: { requestedModel: 'claude-fable-5-2' },
      because: 'model matches *fable*',
      no: { requestedModel: 'claude-sonnet-5-5' },
      whyNot: 'model claude-sonnet-5-5 matches none of *opus*, *fable*',
    },
  ],
  inputTokensAbove: [
    {
      when: { inputTokensAbove: 180_000 },
      yes: { inputTokens: 180_001 },
      because: '180,001 input tokens, above 180,000',
      no: { inputTokens: 180_000 },
      whyNot: '180,000 input tokens, not above 180,000',
    },
  ],
  inputTokensBelow: [
    {
      when: { inputTokensBelow: 2_000 },
      yes: { inputTokens: 1_999 },
      because: '1,999 input tokens, below 2,000',
      no: { inputTokens: 2_000 },
      whyNot: '2,000 input tokens, not below 2,000',
    },
  ],
  hasImages: [
    {
      when: { hasImages: true },
      yes: { hasImages: true },
      because: 'has images',
      no: { hasImages: false },
      whyNot: 'has no images',
    },
  ],
  hasTools: [
    {
      when: { hasTools: false },
      yes: { hasTools: false },
      because: 'has no tools',
      no: { hasTools: true },
      whyNot: 'has tools',
    },
  ],
  toolNames: [
    {
      when: { toolNames: ['mcp__github__*', 'WebSearch'] },
      yes: { toolNames: ['Bash', 'mcp__github__create_issue'] },
      because: 'tool matches mcp__github__*',
      no: { toolNames: ['Bash', 'Read'] },
      whyNot: 'tool matches none of mcp__github__*, WebSearch',
    },
    {
      when: { toolNames: ['*'] },
      yes: { toolNames: ['Bash'] },
      because: 'tool matches *',
      no: { toolNames: [] },
      whyNot: 'names no tool',
    },
  ],
  thinking: [
    {
      when: { thinking: true },
      yes: { thinking: true },
      because: 'asks for thinking',
      no: { thinking: false },
      whyNot: 'asks for no thinking',
    },
  ],
  stream: [
    {
      when: { stream: false },
      yes: { stream: false },
      because: 'asks for no stream',
      no: { stream: true },
      whyNot: 'asks for a stream',
    },
  ],
  effortAtLeast: [
    {
      when: { effortAtLeast: 'high' },
      yes: { effort: 'xhigh' },
      because: 'effort xhigh',
      no: { effort: 'medium' },
      whyNot: 'effort medium, below high',
    },
    {
      when: { effortAtLeast: 'none' },
      yes: { effort: 'none' },
      because: 'effort none',
      no: { effort: undefined },
      whyNot: 'names no effort',
    },
  ],
  maxOutputTokensBelow: [
    {
      when: { maxOutputTokensBelow: 1_000 },
      yes: { maxOutputTokens: 64 },
      because: 'at most 64 output tokens, below 1,000',
      no: { maxOutputTokens: 1_000 },
      whyNot: 'at most 1,000 output tokens, not below 1,000',
    },
    {
      when: { maxOutputTokensBelow: 2 },
      yes: { maxOutputTokens: 1 },
      because: 'at most 1 output tokens, below 2',
      no: { maxOutputTokens: undefined },
      whyNot: 'names no output limit',
    },
  ],
  requestClass: [
    {
      when: { requestClass: ['auxiliary', 'compaction'] },
      yes: { requestClass: 'compaction' },
      because: 'compaction request',
      no: { requestClass: 'main' },
      whyNot: 'main request, not auxiliary or compaction',
    },
  ],
  agentType: [
    {
      when: { agentType: ['Explore', 'plan*'] },
      yes: { agentType: 'Planner' },
      because: 'agent type matches plan*',
      no: { agentType: undefined },
      whyNot: 'names no agent type',
    },
    {
      when: { agentType: ['Explore'] },
      yes: { agentType: 'Explore' },
      because: 'agent type matches Explore',
      no: { agentType: 'general-purpose' },
      whyNot: 'agent type general-purpose matches none of Explore',
    },
  ],
  client: [
    {
      when: { client: ['claude-cli/*'] },
      yes: { userAgent: 'claude-cli/2.1.330 (external, cli)' },
      because: 'client matches claude-cli/*',
      no: { userAgent: 'opencode/1.18.33' },
      whyNot: 'client opencode/1.18.33 matches none of claude-cli/*',
    },
  ],
  lastUserMessageContains: [
    {
      when: { lastUserMessageContains: ['architecture', 'deep dive'] },
      yes: { lastTypedText: 'Give me a Deep  Dive, please' },
      because: 'the person wrote a word of the rule',
      no: { lastTypedText: 'the architectures of old' },
      whyNot: 'the person wrote no word of the rule',
    },
    {
      when: { lastUserMessageContains: ['x'] },
      yes: { lastTypedText: 'x' },
      because: 'the person wrote a word of the rule',
      no: { lastTypedText: '' },
      whyNot: 'nobody typed anything',
    },
  ],
};

describe('judge', () => {
  for (const [condition, cases] of Object.entries(casesByCondition)) {
    for (const { when, yes, because, no, whyNot } of cases) {
      it(`${condition}: holds when ${because}`, () => {
        assert.deepEqual(inEnglish(judge(when, requestOf(yes))), { holds: true, why: because });
      });
      it(`${condition}: does not hold when ${whyNot}`, () => {
        assert.deepEqual(inEnglish(judge(when, requestOf(no))), { holds: false, why: whyNot });
      });
    }
  }

  it('wants every condition to hold, and gives all their reasons', () => {
    const when: ScenarioConditions = { hasTools: true, effortAtLeast: 'high' };
    assert.deepEqual(inEnglish(judge(when, requestOf({ effort: 'high' }))), {
      holds: true,
      why: 'has tools, effort high',
    });
    assert.equal(judge(when, requestOf({ effort: 'low' })).holds, false);
  });

  it('lets a rule without conditions never hold', () => {
    assert.deepEqual(inEnglish(judge({}, requestOf({}))), {
      holds: false,
      why: 'it has no conditions',
    });
  });

  it('says nothing of what the person typed, and little of what a client calls itself', () => {
    const typed = { lastTypedText: 'the secret plan' };
    const { why } = judge({ lastUserMessageContains: ['plan'] }, requestOf(typed));
    assert.doesNotMatch(render(why), /secret|plan/);
    const forged = { userAgent: `x${'y'.repeat(500)}\n[info] forged` };
    const verdict = judge({ client: ['z'] }, requestOf(forged));
    assert.ok(render(verdict.why).length < 120);
    assert.doesNotMatch(render(verdict.why), /\n/);
  });
});

function requestOf(request: Request) {
  return {
    facts: { ...plainFacts, ...request },
    content: { ...plainContent, ...request },
  };
}
