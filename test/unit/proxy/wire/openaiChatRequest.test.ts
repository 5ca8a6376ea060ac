import assert from 'node:assert/strict';
import { type JsonObject, objectAt, stringAt } from '../../../../src/proxy/wire/json';
import { assertPaired, format, messagesOf, type Overrides } from './chatRequests';
import {
  anthropicWords,
  arrayOf,
  bodyWith,
  encode,
  encodedBody,
  fixtureBody,
  recordedNames,
} from './requests';

describe('a recorded request as Chat Completions', () => {
  for (const name of recordedNames) {
    it(`is well-formed for ${name}`, () => {
      const { body, headers } = encode(format, fixtureBody(name));
      assert.ok(body.startsWith('{"model":"some-model",'));
      assert.deepEqual(headers, {});
      for (const word of [...anthropicWords, 'signature']) {
        assert.ok(!body.includes(word), word);
      }
      const messages = messagesOf(fixtureBody(name));
      assertPaired(messages);
      for (const [index, message] of messages.entries()) {
        assert.ok(['system', 'user', 'assistant', 'tool'].includes(String(message['role'])));
        const isRepeated = message['role'] === 'user' && messages[index - 1]?.['role'] === 'user';
        assert.ok(!isRepeated, 'two user messages in a row');
        assert.ok(message['content'] !== '' || message['role'] === 'assistant');
      }
    });
  }

  it('is the same text every time', () => {
    const rawBody = fixtureBody('parallel-tools');
    assert.equal(encode(format, rawBody).body, encode(format, rawBody).body);
  });

  it('asks for usage in streams, and only there', () => {
    assert.deepEqual(encodedBody(format, fixtureBody('first-turn'))['stream_options'], {
      include_usage: true,
    });
    const whole = encodedBody(format, fixtureBody('classifier'));
    assert.equal('stream_options' in whole, false);
    assert.equal(arrayOf(whole['stop']).length > 0, true);
  });

  it('says that the server tool is missing and calls nothing in its place', () => {
    const { body, omitted } = encode(format, fixtureBody('web-search-server-tool'));
    assert.deepEqual(omitted, ['server tool web_search']);
    assert.ok(!body.includes('"tools"') && !body.includes('tool_choice'));
    assert.match(body, /Not available here: web_search/);
  });

  it('tells the log of safeguards', () => {
    assert.deepEqual(encode(format, fixtureBody('auto-mode-safeguards')).omitted, ['safeguards']);
  });

  it('sends the schema of a background call as response format', () => {
    const body = encodedBody(format, fixtureBody('background-name'));
    assert.equal(objectAt(body, 'response_format')?.['type'], 'json_schema');
    assert.equal('tools' in body, false);
  });

  it('sends loaded tools plainly, their references as text, and no placeholder', () => {
    const body = encodedBody(format, fixtureBody('tool-reference'));
    const names = arrayOf(body['tools']).map((tool) =>
      stringAt(objectAt(tool, 'function'), 'name'),
    );
    assert.ok(names.includes('WebSearch') && names.includes('WebFetch'));
    assert.ok(!names.includes('DeferredToolPlaceholder'));
    const tool = messagesOf(fixtureBody('tool-reference')).find(({ role }) => role === 'tool');
    assert.equal(tool?.['content'], 'Loaded tool: WebSearch\n\nLoaded tool: WebFetch');
  });

  it('shows the image of a tool result in the user’s next message', () => {
    const messages = messagesOf(fixtureBody('image-in-tool-result'));
    const [tool, user] = messages.slice(-2);
    assert.equal(typeof tool?.['content'], 'string');
    const types = arrayOf(user?.['content']).map((part) => stringAt(part, 'type'));
    assert.ok(types.includes('image_url'));
    const blind = encode(format, fixtureBody('image-in-tool-result'), { facts: { images: false } });
    assert.ok(!blind.body.includes('base64') && blind.body.includes('[image omitted'));
    assert.deepEqual(blind.omitted, ['image']);
  });
});

describe('reasoning and limits as Chat Completions', () => {
  const effortOf = (members: JsonObject, overrides: Overrides = {}) =>
    encodedBody(format, bodyWith(members), overrides)['reasoning_effort'];
  const asked = (effort: string) => ({ thinking: { type: 'adaptive' }, output_config: { effort } });

  it('sends the highest allowed effort that is not above the wanted one, else the lowest', () => {
    const facts = { efforts: ['low', 'high', 'max'] } as const;
    assert.equal(effortOf(asked('medium'), { facts }), 'low');
    assert.equal(effortOf(asked('xhigh'), { facts }), 'high');
    assert.equal(effortOf(asked('low'), { facts: { efforts: ['max'] } }), 'max');
    assert.equal(effortOf(asked('low'), { facts, parameters: { effort: 'max' } }), 'max');
  });

  it('sends none to models that are unknown or refuse it', () => {
    assert.equal(effortOf(asked('high')), undefined);
    assert.equal(effortOf(asked('high'), { parameters: { effort: 'high' } }), 'high');
    const facts = { efforts: ['high'], quirks: { noReasoningEffort: true } } as const;
    assert.equal(effortOf(asked('high'), { facts, parameters: { effort: 'high' } }), undefined);
  });

  it('reads a thinking budget as an effort', () => {
    const facts = { efforts: ['low', 'medium', 'high'] } as const;
    const budget = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } });
    assert.equal(effortOf(budget(31_999), { facts }), 'high');
    assert.equal(effortOf(budget(8000), { facts }), 'medium');
    assert.equal(effortOf(budget(1024), { facts }), 'low');
  });

  it('switches reasoning off in the way that the model knows', () => {
    const off = { thinking: { type: 'disabled' }, output_config: { effort: 'high' } };
    const facts = { efforts: ['low', 'high'] } as const;
    assert.equal(effortOf(off, { facts }), undefined);
    assert.equal(effortOf(off, { facts: { ...facts, quirks: { effortForOff: 'none' } } }), 'none');
    assert.equal(effortOf(off, { facts: { ...facts, quirks: { thinkingAlwaysOn: true } } }), 'low');
    const parameters = { thinking: 'disabled' } as const;
    assert.equal(effortOf(asked('high'), { facts, parameters }), undefined);
  });

  it('clamps the output limit and names it as the host wants', () => {
    const body = encodedBody(format, bodyWith({ max_tokens: 128_000 }), {
      facts: { maxOutput: 32_000 },
      maxTokensField: 'max_completion_tokens',
    });
    assert.equal(body['max_completion_tokens'], 32_000);
    assert.equal('max_tokens' in body, false);
    const route = { parameters: { maxOutputTokens: 500 } };
    assert.equal(encodedBody(format, bodyWith({}), route)['max_tokens'], 500);
  });

  it('sends sampling values unless the model refuses them, the route’s first', () => {
    const members = {
      temperature: 1,
      top_p: 0.9,
      top_k: 3,
      stop_sequences: ['a', 'b', 'c', 'd', 'e'],
    };
    const body = encodedBody(format, bodyWith(members), { parameters: { temperature: 0.1 } });
    assert.deepEqual([body['temperature'], body['top_p'], 'top_k' in body], [0.1, 0.9, false]);
    assert.deepEqual(body['stop'], ['a', 'b', 'c', 'd']);
    const refused = encodedBody(format, bodyWith(members), {
      facts: { quirks: { noTemperature: true } },
    });
    assert.equal('temperature' in refused || 'top_p' in refused, false);
  });
});
