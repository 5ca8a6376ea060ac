import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { render } from '../../../src/proxy/phrase';
import { describeContent } from '../../../src/proxy/requestContent';
import { describeRequest } from '../../../src/proxy/requestFacts';
import { route } from '../../../src/proxy/router';
import type { RequestClass } from '../../../src/proxy/types';
import { createChatClient } from '../../../src/proxy/wire/chatClient';
import { anthropicClient, type ClientCodec } from '../../../src/proxy/wire/clients';
import { createResponsesClient } from '../../../src/proxy/wire/responsesClient';
import { inEnglish } from '../../support/inEnglish';
import { tableOf } from '../../support/routing';
import { fixture, fixtureBody, objectOf, parsed, readBy } from './wire/requests';

type Expected = readonly [scenario: string, reason: string, requestClass: RequestClass];

const noRule = 'no other rule matched';
const main: Expected = ['default', noRule, 'main'];
const subagent: Expected = ['default', noRule, 'subagent'];
const images: Expected = ['vision', 'has images', 'main'];
const background: Expected = ['background', 'has no tools, auxiliary request', 'auxiliary'];

/** Where each recorded request of each agent goes for a person who has an OpenCode key and no settings. */
const expected: Readonly<Record<string, Expected>> = {
  'auto-mode-safeguards': main,
  'background-name': background,
  classifier: background,
  compaction: ['default', noRule, 'compaction'],
  'compaction-auto': ['default', noRule, 'compaction'],
  'count-tokens': main,
  'first-turn': main,
  'hint-headers-subagent': subagent,
  'image-from-user': images,
  'image-in-tool-result': images,
  'last-of-the-400-ladder': main,
  'long-conversation': main,
  'no-experimental-betas': main,
  'nonstreaming-fallback': main,
  // The older client asks for high effort unless a person says otherwise.
  'older-first-turn': ['complex', 'model matches *opus*, effort high', 'main'],
  'older-subagent': ['fast', 'model matches *haiku*', 'subagent'],
  'openai-style-ids': main,
  'opencode-tools': main,
  'parallel-tools': main,
  'plan-approved': main,
  'plan-mode': main,
  'qwen-tool-result': main,
  'structured-output': main,
  subagent,
  'subagent-handback': main,
  'thinking-budget': main,
  'title-thinking-disabled': background,
  'tool-error': main,
  'tool-reference': main,
  'tool-result': main,
  'two-subagents': ['fast', 'model matches *haiku*', 'subagent'],
  'unknown-model': main,
  'unknown-tool-error': main,
  'unsigned-thinking': main,
  // Looks for a model that can search: its tools keep it out of background.
  'web-search-server-tool': ['default', noRule, 'auxiliary'],
  'chat/cline-first': main,
  'chat/opencode-first': main,
  'chat/opencode-title': background,
  'chat/pi-parallel-tools': main,
  'chat/qwen-first': main,
  'responses/codex-first-turn': main,
  'responses/codex-tool-loop': images,
  'responses/codex-tools-in-input': main,
  // Codex warms a local model up with one token.
  'responses/codex-warm-up': background,
  'responses/opencode-first-turn': main,
};

describe('the recorded requests of every agent', () => {
  for (const [name, [scenario, reason, requestClass]] of Object.entries(expected)) {
    it(`${name}: ${scenario}, since ${reason}`, () => {
      const { facts, content } = described(name);
      const chosen = route(facts, content, tableOf());
      assert.deepEqual(
        [chosen.scenario, render(chosen.reason), facts.requestClass],
        [scenario, reason, requestClass],
      );
      const winner = chosen.considered.at(-1);
      assert.deepEqual(inEnglish(winner), { rule: scenario, matched: true, why: reason });
    });
  }

  it('are all in the table', () => {
    const folder = join(__dirname, '../../fixtures/requests');
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replaceAll('\\', '/').replace(/\.json$/, ''));
    assert.deepEqual(Object.keys(expected).sort(), names.sort());
  });

  it('need a model that can search for the search alone', () => {
    for (const name of Object.keys(expected)) {
      const isSearch = name === 'web-search-server-tool';
      const { neededServerTools } = described(name).content;
      assert.deepEqual(neededServerTools, isSearch ? ['web_search_20250305'] : [], name);
    }
  });

  it('tell what the person typed, and nothing that an agent wrote', () => {
    const typed = (name: string) => described(name).content.lastTypedText;
    assert.equal(typed('first-turn'), 'Say hello');
    assert.equal(typed('thinking-budget'), 'Say hello');
    assert.equal(typed('tool-result'), 'SCRIPT:tools Please add a sub function');
    assert.equal(typed('tool-reference'), 'SCRIPT:web Please do it');
    assert.equal(typed('image-from-user'), 'SCRIPT:plain What colour is this?');
    assert.equal(typed('chat/qwen-first'), 'SCRIPT:tools go');
    assert.equal(typed('responses/codex-first-turn'), 'SCRIPT:tools go');
    for (const name of ['subagent', 'compaction', 'background-name', 'classifier']) {
      assert.equal(typed(name), '', name);
    }
  });
});

function described(name: string) {
  const read = readBy(codecFor(name), fixtureBody(name));
  assert.ok(read.ok);
  const request = parsed(read.messagesText);
  const headers: IncomingHttpHeaders = {};
  for (const [key, value] of Object.entries(objectOf(fixture(name)['headers']))) {
    headers[key] = String(value);
  }
  const facts = describeRequest(request, headers);
  return { facts, content: describeContent(request, facts.requestClass) };
}

function codecFor(name: string): ClientCodec {
  if (name.startsWith('chat/')) return createChatClient();
  return name.startsWith('responses/') ? createResponsesClient() : anthropicClient;
}
