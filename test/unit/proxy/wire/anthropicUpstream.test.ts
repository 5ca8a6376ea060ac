import assert from 'node:assert/strict';
import {
  arrayAt,
  isObject,
  type JsonObject,
  parseJson,
  stringAt,
} from '../../../../src/proxy/wire/json';
import { arrayOf, bodyWith, encode, encodedBody, fixture, fixtureBody, objectOf } from './requests';

const format = 'anthropic-messages';
const claude = { adaptiveThinking: true, noTemperature: true } as const;

/** What other vendors must never see or refuse. */
const foreignWords = [
  'x-anthropic-billing-header',
  'safeguards',
  'classifier_context',
  'context_management',
  'device_id',
  'defer_loading',
  'tool_reference',
  'web_search_20250305',
  '"scope"',
  '"display"',
  '"signature":""',
];

function rolesOf(body: JsonObject): readonly string[] {
  return arrayOf(body['messages']).map((message) => stringAt(message, 'role') ?? '');
}

describe('a request to Anthropic itself', () => {
  it('is the client’s own text but for the model', () => {
    for (const name of [
      'first-turn',
      'auto-mode-safeguards',
      'parallel-tools',
      'tool-reference',
      'long-conversation',
      'web-search-server-tool',
      'classifier',
    ]) {
      const rawBody = fixtureBody(name);
      const asked = stringAt(fixture(name)['body'], 'model') ?? '';
      const { body, omitted } = encode(format, rawBody, { isAnthropic: true, model: asked });
      const isFirst = rawBody.startsWith('{"model"');
      assert.equal(body.length, rawBody.length, name);
      assert.equal(isFirst ? body : '', isFirst ? rawBody : '', name);
      assert.deepEqual(omitted, []);
      const renamed = encode(format, rawBody, { isAnthropic: true, model: 'other' }).body;
      assert.equal(renamed, body.replace(JSON.stringify(asked), '"other"'), name);
    }
  });

  it('keeps numbers, escapes and unknown members byte for byte', () => {
    const rawBody =
      '{"max_tokens":100,"x":1.50,"model":"m","messages":[{"content":"\\u00e9","role":"user"}],"big":12345678901234567890}';
    assert.equal(
      encode(format, rawBody, { isAnthropic: true, model: 'n' }).body,
      '{"model":"n","max_tokens":100,"x":1.50,"messages":[{"content":"\\u00e9","role":"user"}],"big":12345678901234567890}',
    );
  });

  it('passes the version and the betas on', () => {
    const { headers } = encode(format, bodyWith({}), { isAnthropic: true, anthropicBeta: 'a,b' });
    assert.deepEqual(headers, { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a,b' });
  });

  it('loses the thinking that another vendor left behind, in that message only', () => {
    const rawBody = fixtureBody('unsigned-thinking');
    const model = 'claude-opus-5-5';
    const { body } = encode(format, rawBody, { isAnthropic: true, model });
    assert.equal(body, rawBody.replace('{"type":"thinking","thinking":"hmm","signature":""},', ''));
  });

  it('repairs tool ids that it would refuse', () => {
    const { body } = encode(format, fixtureBody('openai-style-ids'), { isAnthropic: true });
    assert.ok(!body.includes('call_abc123|fc_1.x'));
    assert.equal(body.split('call_abc123_fc_1_x').length, 3);
  });

  it('stops thinking for a turn whose own thinking had to go, and clears no thinking then', () => {
    const members = { thinking: { type: 'enabled', budget_tokens: 2000 }, max_tokens: 9000 };
    const management = { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] };
    const rawBody = bodyWith({
      ...members,
      context_management: management,
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'x', signature: '' },
            { type: 'tool_use', id: 'a', name: 'b', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'c' }] },
      ],
    });
    const body = encodedBody(format, rawBody, { isAnthropic: true, model: 'claude' });
    assert.equal('thinking' in body || 'context_management' in body, false);
  });

  it('folds notes only for another Claude that is known to take none', () => {
    const rawBody = fixtureBody('first-turn');
    const folded = encodedBody(format, rawBody, { isAnthropic: true, facts: { quirks: {} } });
    assert.deepEqual(rolesOf(folded), ['user']);
    const kept = encodedBody(format, rawBody, { isAnthropic: true });
    assert.deepEqual(rolesOf(kept), ['user', 'system']);
  });

  it('sets the parameters of the route', () => {
    const body = encodedBody(
      format,
      bodyWith({ temperature: 1, output_config: { effort: 'low', format: {} } }),
      {
        isAnthropic: true,
        parameters: { temperature: 0.2, maxOutputTokens: 50, effort: 'high', thinking: 'disabled' },
        stream: true,
      },
    );
    assert.equal(body['temperature'], 0.2);
    assert.equal(body['max_tokens'], 50);
    assert.equal(body['stream'], true);
    assert.deepEqual(body['thinking'], { type: 'disabled' });
    assert.deepEqual(body['output_config'], { format: {}, effort: 'high' });
  });

  it('adapts thinking and effort to another Claude that it is routed to', () => {
    const rawBody = bodyWith({
      max_tokens: 128_000,
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'max' },
    });
    const facts = { quirks: {}, efforts: [], maxOutput: 64_000 };
    const body = encodedBody(format, rawBody, { isAnthropic: true, facts });
    assert.deepEqual(body['thinking'], { type: 'enabled', budget_tokens: 31_999 });
    assert.equal('output_config' in body, false);
    assert.equal(body['max_tokens'], 64_000);
  });
});

describe('a request to another vendor of the Messages format', () => {
  for (const name of [
    'first-turn',
    'auto-mode-safeguards',
    'tool-reference',
    'web-search-server-tool',
    'image-in-tool-result',
    'unsigned-thinking',
    'compaction',
    'background-name',
    'subagent',
  ]) {
    it(`carries nothing private or beta of ${name}`, () => {
      const { body, headers } = encode(format, fixtureBody(name), {
        anthropicBeta: String(objectOf(fixture(name)['headers'])['anthropic-beta']),
      });
      for (const word of foreignWords) {
        assert.ok(!body.includes(word), word);
      }
      assert.ok(body.startsWith('{"model":"some-model",'));
      assert.equal(headers['anthropic-version'], '2023-06-01');
      assert.match(headers['anthropic-beta'] ?? 'interleaved', /^interleaved[a-z0-9-]*$/);
      assert.deepEqual(rolesOf(objectOf(parseJson(body))).includes('system'), false);
    });
  }

  it('tells the log what it left out', () => {
    const { omitted } = encode(format, fixtureBody('auto-mode-safeguards'));
    assert.deepEqual(new Set(omitted), new Set(['safeguards', 'context_management']));
    assert.deepEqual(encode(format, fixtureBody('web-search-server-tool')).omitted, [
      'server tool web_search',
    ]);
  });

  it('folds a system message into the user’s message before it, in place', () => {
    const body = encodedBody(format, fixtureBody('tool-reference'));
    assert.deepEqual(rolesOf(body), ['user', 'assistant', 'user']);
    const texts = arrayAt(arrayOf(body['messages'])[0], 'content').map(
      (block) => stringAt(block, 'text') ?? '',
    );
    assert.match(
      texts.at(-1) ?? '',
      /^<system-reminder>\nedits its sec[\s\S]*<\/system-reminder>$/,
    );
  });

  it('keeps a system message where the model knows them, without its beta members', () => {
    const facts = { quirks: { midConversationSystem: true } };
    const body = encodedBody(format, fixtureBody('first-turn'), { facts });
    const message = arrayOf(body['messages']).find((item) => stringAt(item, 'role') === 'system');
    assert.deepEqual(Object.keys(objectOf(message)), ['role', 'content']);
  });

  it('never puts a reminder before the tool results that a call waits for', () => {
    const body = encodedBody(
      format,
      bodyWith({
        messages: [
          { role: 'user', content: 'go' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'b', input: {} }] },
          { role: 'system', content: 'Plan mode.' },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'c' }] },
          { role: 'assistant', content: 'Done.' },
          { role: 'system', content: 'Bye.' },
        ],
      }),
    );
    assert.deepEqual(rolesOf(body), ['user', 'assistant', 'user', 'assistant', 'user']);
    const types = arrayAt(arrayOf(body['messages'])[2], 'content').map((block) =>
      stringAt(block, 'type'),
    );
    assert.deepEqual(types, ['tool_result', 'text']);
  });

  it('keeps the bytes of messages that need no change', () => {
    const messages =
      '[{"role":"user","content":"\\u00e9"},{"role":"assistant","content":[{"type":"text","text":"\\u00e8"}]}]';
    const rawBody = `{"model":"m","max_tokens":1.0e3,"messages":${messages},"metadata":{}}`;
    assert.equal(
      encode(format, rawBody).body,
      `{"model":"some-model","max_tokens":1.0e3,"messages":${messages}}`,
    );
  });

  it('sends the thinking that the model knows', () => {
    const rawBody = bodyWith({
      max_tokens: 20_000,
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'medium' },
    });
    const thinkingOf = (overrides: Parameters<typeof encode>[2]) =>
      encodedBody(format, rawBody, overrides)['thinking'];
    assert.deepEqual(thinkingOf({ facts: { quirks: claude } }), { type: 'adaptive' });
    assert.deepEqual(thinkingOf({}), { type: 'enabled', budget_tokens: 10_000 });
    assert.deepEqual(thinkingOf({ facts: { maxOutput: 5000 } }), {
      type: 'enabled',
      budget_tokens: 4999,
    });
    assert.equal(thinkingOf({ facts: { maxOutput: 1000 } }), undefined);
    assert.deepEqual(thinkingOf({ parameters: { thinking: 'disabled' } }), { type: 'disabled' });
    const always = { quirks: { thinkingAlwaysOn: true } };
    assert.equal(thinkingOf({ facts: always, parameters: { thinking: 'disabled' } }), undefined);
  });

  it('sends the nearest effort that the model has, none where nothing is known', () => {
    const rawBody = bodyWith({
      output_config: { effort: 'medium', format: { type: 'json_schema' } },
    });
    const configOf = (overrides: Parameters<typeof encode>[2]) =>
      encodedBody(format, rawBody, overrides)['output_config'];
    assert.equal(configOf({}), undefined);
    assert.deepEqual(configOf({ facts: { efforts: ['low', 'high'] } }), { effort: 'low' });
    assert.deepEqual(configOf({ facts: { efforts: ['max'], quirks: claude } }), {
      format: { type: 'json_schema' },
      effort: 'max',
    });
  });

  it('keeps unsigned thinking for models that give it, and drops temperature where it is refused', () => {
    const facts = { quirks: { emptySignatureOk: true, noTemperature: true } };
    const body = encode(format, fixtureBody('unsigned-thinking'), { facts }).body;
    assert.ok(body.includes('"signature":""'));
    assert.equal(
      'temperature' in encodedBody(format, bodyWith({ temperature: 1, top_k: 4 }), { facts }),
      false,
    );
  });

  it('replaces images for models without eyes, in tool results too', () => {
    const facts = { images: false };
    for (const name of ['image-from-user', 'image-in-tool-result']) {
      const { body, omitted } = encode(format, fixtureBody(name), { facts });
      assert.ok(!body.includes('base64') && body.includes('[image omitted'), name);
      assert.ok(omitted.includes('image'));
    }
  });

  it('sends loaded tools plainly and no tool that only stands for others', () => {
    const tools = arrayOf(encodedBody(format, fixtureBody('tool-reference'))['tools']);
    const names = tools.map((tool) => stringAt(tool, 'name'));
    assert.ok(names.includes('WebSearch') && names.includes('WebFetch'));
    assert.ok(!names.includes('DeferredToolPlaceholder'));
    assert.ok(tools.every((tool) => isObject(tool) && !('defer_loading' in tool)));
  });

  it('keeps the answer inside the context window', () => {
    const body = encodedBody(format, bodyWith({ max_tokens: 128_000 }), {
      facts: { context: 200_000, maxOutput: 131_072 },
      inputTokens: 100_000,
    });
    assert.equal(body['max_tokens'], 200_000 - 110_000);
  });
});
