import assert from 'node:assert/strict';
import { arrayAt, type JsonObject, objectAt, stringAt } from '../../../../src/proxy/wire/json';
import { assertPaired, format, itemsOf, kindsOf, type Overrides } from './openaiResponsesRequests';
import {
  anthropicWords,
  arrayOf,
  bodyWith,
  encode,
  encodedBody,
  fixtureBody,
  parsed,
  recordedNames,
} from './requests';

describe('a recorded request as Responses', () => {
  for (const name of [...recordedNames, 'thinking-budget', 'title-thinking-disabled']) {
    it(`is well-formed for ${name}`, () => {
      const { body, headers } = encode(format, fixtureBody(name));
      assert.ok(body.startsWith('{"model":"some-model",'));
      assert.deepEqual(headers, {});
      for (const word of [...anthropicWords, 'signature', 'stop_sequences']) {
        assert.ok(!body.includes(word), word);
      }
      const items = itemsOf(fixtureBody(name));
      assertPaired(items);
      const kinds = ['user', 'assistant', 'function_call', 'function_call_output'];
      for (const item of items) {
        assert.ok(kinds.includes(kindsOf([item])[0] ?? ''));
        assert.ok(!('content' in item) || arrayOf(item['content']).length > 0);
      }
    });

    it(`keeps every text, call and image of ${name} in order`, () => {
      const rawBody = fixtureBody(name);
      const { body } = encode(format, rawBody);
      let from = body.indexOf('"input":');
      for (const { role, content } of parsed(rawBody).messages) {
        for (const block of content) {
          const words =
            block.type === 'text' && block.text !== ''
              ? block.text
              : block.type === 'tool_use'
                ? JSON.stringify(block.input)
                : undefined;
          const json = words === undefined ? '' : JSON.stringify(words).slice(1, -1);
          const at = body.indexOf(json, role === 'system' ? 0 : from);
          assert.ok(at >= 0, words);
          from = role === 'system' ? from : at;
        }
      }
      const images = parsed(rawBody).messages.flatMap(({ content }) =>
        content
          .flatMap((block) => (block.type === 'tool_result' ? block.content : [block]))
          .filter((block) => block.type === 'image'),
      );
      assert.equal(body.split('"type":"input_image"').length - 1, images.length);
    });
  }

  it('is the same text every time', () => {
    const rawBody = fixtureBody('parallel-tools');
    assert.equal(encode(format, rawBody).body, encode(format, rawBody).body);
  });

  it('stores nothing, and asks models that reason for their sealed reasoning', () => {
    const facts = { efforts: ['low', 'high'] } as const;
    const body = encodedBody(format, fixtureBody('first-turn'), { facts });
    assert.equal(body['store'], false);
    assert.deepEqual(body['include'], ['reasoning.encrypted_content']);
    assert.equal('include' in encodedBody(format, fixtureBody('first-turn')), false);
  });

  it('names the cache after the session, always within 64 characters', () => {
    const keyOf = (sessionId: string) =>
      encodedBody(format, bodyWith({}), { sessionId })['prompt_cache_key'];
    assert.equal(keyOf('session'), 'session');
    assert.ok(String(keyOf('s'.repeat(200))).length <= 64);
    assert.equal(keyOf(''), undefined);
  });

  it('says that the server tool is missing and calls nothing in its place', () => {
    const { body, omitted } = encode(format, fixtureBody('web-search-server-tool'));
    assert.deepEqual(omitted, ['server tool web_search']);
    assert.ok(!body.includes('"tools"') && !body.includes('tool_choice'));
    assert.match(body, /Not available here: web_search/);
  });

  it('tells the log of safeguards and of stop sequences', () => {
    assert.deepEqual(encode(format, fixtureBody('auto-mode-safeguards')).omitted, ['safeguards']);
    const { omitted } = encode(format, bodyWith({ stop_sequences: ['</x>'] }));
    assert.deepEqual(omitted, ['stop_sequences']);
  });

  it('sends the schema of a background call as text format', () => {
    const body = encodedBody(format, fixtureBody('background-name'));
    const wanted = objectAt(objectAt(body, 'text'), 'format');
    assert.equal(wanted?.['type'], 'json_schema');
    assert.equal(wanted?.['strict'], false);
    assert.equal(objectAt(wanted, 'schema')?.['type'], 'object');
  });

  it('sends loaded tools plainly, their references as text, and no placeholder', () => {
    const body = encodedBody(format, fixtureBody('tool-reference'));
    const names = arrayAt(body, 'tools').map((tool) => stringAt(tool, 'name'));
    assert.ok(names.includes('WebSearch') && !names.includes('DeferredToolPlaceholder'));
    const output = itemsOf(fixtureBody('tool-reference')).find((item) => 'output' in item);
    assert.equal(output?.['output'], 'Loaded tool: WebSearch\n\nLoaded tool: WebFetch');
  });

  it('shows the image of a tool result in the output itself', () => {
    const items = itemsOf(fixtureBody('image-in-tool-result'));
    const output = items.map((item) => arrayAt(item, 'output')).find((parts) => parts.length > 0);
    const image = output?.find((part) => stringAt(part, 'type') === 'input_image');
    assert.match(stringAt(image, 'image_url') ?? '', /^data:image\/png;base64,/);
    const blind = encode(format, fixtureBody('image-in-tool-result'), { facts: { images: false } });
    assert.ok(!blind.body.includes('base64') && blind.body.includes('[image omitted'));
    assert.deepEqual(blind.omitted, ['image']);
  });
});

describe('reasoning and limits as Responses', () => {
  const reasoningFor = (members: JsonObject, overrides: Overrides = {}) =>
    encodedBody(format, bodyWith(members), overrides)['reasoning'];
  const asked = (effort: string) => ({ thinking: { type: 'adaptive' }, output_config: { effort } });

  it('sends the nearest lower effort and asks for summaries', () => {
    const facts = { efforts: ['low', 'high'] } as const;
    assert.deepEqual(reasoningFor(asked('max'), { facts }), { effort: 'high', summary: 'auto' });
    assert.deepEqual(reasoningFor(asked('medium'), { facts }), { effort: 'low', summary: 'auto' });
    assert.deepEqual(reasoningFor({}, { facts }), { summary: 'auto' });
    const budget = { thinking: { type: 'enabled', budget_tokens: 31_999 } };
    assert.deepEqual(reasoningFor(budget, { facts }), { effort: 'high', summary: 'auto' });
  });

  it('sends nothing to models that are unknown or refuse it', () => {
    assert.equal(reasoningFor(asked('high')), undefined);
    assert.deepEqual(reasoningFor(asked('high'), { parameters: { effort: 'high' } }), {
      effort: 'high',
      summary: 'auto',
    });
    const facts = { efforts: ['high'], quirks: { noReasoningEffort: true } } as const;
    assert.equal(reasoningFor(asked('high'), { facts }), undefined);
  });

  it('switches reasoning off in the way that the model knows', () => {
    const off = { thinking: { type: 'disabled' } };
    const facts = { efforts: ['low', 'high'] } as const;
    assert.equal(reasoningFor(off, { facts }), undefined);
    const withNone = { ...facts, quirks: { effortForOff: 'none' } } as const;
    assert.deepEqual(reasoningFor(off, { facts: withNone }), { effort: 'none' });
    const alwaysOn = { ...facts, quirks: { thinkingAlwaysOn: true } };
    assert.deepEqual(reasoningFor(off, { facts: alwaysOn }), { effort: 'low' });
  });

  it('clamps the output limit to what the model can give and the format takes', () => {
    const limit = (members: JsonObject, overrides: Overrides = {}) =>
      encodedBody(format, bodyWith(members), overrides)['max_output_tokens'];
    assert.equal(limit({ max_tokens: 128_000 }, { facts: { maxOutput: 32_000 } }), 32_000);
    assert.equal(limit({ max_tokens: 1 }), 16);
    assert.equal(limit({}, { parameters: { maxOutputTokens: 500 } }), 500);
  });

  it('sends the client’s sampling values to models that do not reason only', () => {
    const members = { temperature: 0.5, top_p: 0.9, top_k: 3 };
    const sampling = (overrides: Overrides = {}) => {
      const { temperature, top_p } = encodedBody(format, bodyWith(members), overrides);
      return [temperature, top_p];
    };
    assert.deepEqual(sampling(), [0.5, 0.9]);
    const facts = { efforts: ['low'] } as const;
    assert.deepEqual(sampling({ facts }), [undefined, undefined]);
    const parameters = { temperature: 0.1 };
    assert.deepEqual(sampling({ facts, parameters }), [0.1, undefined]);
    const quirks = { noTemperature: true };
    assert.deepEqual(sampling({ facts: { quirks }, parameters }), [undefined, undefined]);
  });
});

describe('tools as functions of Responses', () => {
  const tool = (name: string) => ({ name, description: 'Does it', input_schema: {} });

  it('are flat, complete and not strict', () => {
    const body = encodedBody(format, bodyWith({ tools: [tool('A')] }));
    const parameters = { type: 'object', properties: {} };
    const flat = { name: 'A', description: 'Does it', parameters, strict: false };
    assert.deepEqual(body['tools'], [{ type: 'function', ...flat }]);
  });

  it('shorten names that are refused and keep the way back', () => {
    const name = `mcp__server.with.dots__${'x'.repeat(80)}`;
    const { body, toolNames } = encode(format, bodyWith({ tools: [tool(name)] }));
    assert.deepEqual([...toolNames.values()], [name]);
    assert.ok(!body.includes(name));
  });

  it('map the choice, forced calls of thinking models included', () => {
    const choose = (choice: JsonObject) =>
      encodedBody(format, bodyWith({ tools: [tool('A')], tool_choice: choice }), {
        facts: { efforts: ['low'], quirks: { thinkingAlwaysOn: true } },
      });
    assert.equal(choose({ type: 'auto' })['tool_choice'], 'auto');
    assert.equal(choose({ type: 'any' })['tool_choice'], 'required');
    assert.equal(choose({ type: 'none' })['tool_choice'], 'none');
    assert.equal(choose({ type: 'tool', name: 'B' })['tool_choice'], 'auto');
    assert.deepEqual(choose({ type: 'tool', name: 'A' })['tool_choice'], {
      type: 'function',
      name: 'A',
    });
    const single = choose({ type: 'auto', disable_parallel_tool_use: true });
    assert.equal(single['parallel_tool_calls'], false);
    assert.equal('parallel_tool_calls' in choose({ type: 'auto' }), false);
  });
});
