import assert from 'node:assert/strict';
import { type JsonObject, objectAt, stringAt } from '../../../../src/proxy/wire/json';
import {
  assertLegalSchema,
  assertWellFormed,
  contentsOf,
  declarationsOf,
  format,
  type Overrides,
  partsOf,
} from './geminiRequests';
import { codecOf } from './replay';
import {
  anthropicWords,
  bodyWith,
  encode,
  encodedBody,
  fixtureBody,
  parsed,
  recordedNames,
} from './requests';

describe('a recorded request as a Gemini request', () => {
  for (const name of [
    ...recordedNames,
    'background-name',
    'title-thinking-disabled',
    'thinking-budget',
    'web-search-server-tool',
  ]) {
    it(`is well-formed for ${name}`, () => {
      const { body, headers } = encode(format, fixtureBody(name));
      assert.deepEqual(headers, {});
      for (const word of anthropicWords) {
        assert.ok(!body.includes(`"${word}`), word);
      }
      assertWellFormed(contentsOf(fixtureBody(name)));
      for (const [tool, declaration] of declarationsOf(encodedBody(format, fixtureBody(name)))) {
        assert.ok(typeof declaration['description'] === 'string', String(tool));
        if ('parameters' in declaration) {
          assertLegalSchema(declaration['parameters'], String(tool));
        }
      }
    });

    it(`keeps every text, call, input and picture of ${name}, in order`, () => {
      const sent = encode(format, fixtureBody(name)).body;
      let from = 0;
      for (const { role, content } of parsed(fixtureBody(name)).messages) {
        for (const block of content) {
          const words =
            block.type === 'tool_use'
              ? [block.id, block.name, JSON.stringify(block.input)]
              : block.type === 'text' && role !== 'system'
                ? [JSON.stringify(block.text)]
                : block.type === 'image' && block.source.type === 'base64'
                  ? [block.source.data]
                  : [];
          for (const word of words.filter((piece) => piece !== '""')) {
            const at = sent.indexOf(word, from);
            assert.ok(at >= 0, word.slice(0, 80));
            from = at;
          }
        }
      }
    });
  }

  it('is the same text every time', () => {
    const rawBody = fixtureBody('parallel-tools');
    assert.equal(encode(format, rawBody).body, encode(format, rawBody).body);
  });

  it('has the model in its path and not in its body', () => {
    const { path } = codecOf(format);
    assert.equal(
      path('gemini-3.1-pro', true),
      '/models/gemini-3.1-pro:streamGenerateContent?alt=sse',
    );
    assert.equal(path('google/x:1', false), '/models/google%2Fx%3A1:generateContent');
    assert.equal('model' in encodedBody(format, bodyWith({})), false);
  });

  it('says that the server tool is missing and calls nothing in its place', () => {
    const { body, omitted } = encode(format, fixtureBody('web-search-server-tool'));
    assert.deepEqual(omitted, ['server tool web_search']);
    assert.ok(!body.includes('functionDeclarations') && !body.includes('toolConfig'));
    assert.match(body, /Not available here: web_search/);
  });

  it('tells the log of safeguards', () => {
    assert.deepEqual(encode(format, fixtureBody('auto-mode-safeguards')).omitted, ['safeguards']);
  });

  it('sends loaded tools plainly and no placeholder', () => {
    const names = [...declarationsOf(encodedBody(format, fixtureBody('tool-reference'))).keys()];
    assert.ok(names.includes('WebSearch') && names.includes('WebFetch'));
    assert.ok(!names.includes('DeferredToolPlaceholder'));
    assert.match(encode(format, fixtureBody('tool-reference')).body, /Loaded tool: WebSearch/);
  });

  it('shows the image of a tool result behind the result', () => {
    const last = partsOf(contentsOf(fixtureBody('image-in-tool-result')).at(-1));
    const kinds = last.map((part) => Object.keys(part)[0]);
    assert.equal(kinds[0], 'functionResponse');
    assert.ok(kinds.indexOf('inlineData') > kinds.lastIndexOf('functionResponse'));
    const blind = encode(format, fixtureBody('image-in-tool-result'), { facts: { images: false } });
    assert.ok(!blind.body.includes('inlineData') && blind.body.includes('[image omitted'));
    assert.deepEqual(blind.omitted, ['image']);
  });

  it('replaces halves of surrogate pairs', () => {
    const { body } = encode(format, bodyWith({ system: 'a\ud83c', tools: [] }));
    assert.ok(body.includes('"a\uFFFD"'));
  });
});

describe('reasoning and limits of a Gemini request', () => {
  const configOf = (members: JsonObject, overrides: Overrides = {}) =>
    objectAt(encodedBody(format, bodyWith(members), overrides), 'generationConfig') ?? {};
  const thinkingOf = (members: JsonObject, overrides: Overrides = {}) =>
    configOf(members, overrides)['thinkingConfig'];
  const asked = (effort: string) => ({ thinking: { type: 'adaptive' }, output_config: { effort } });
  const quirks = { thinkingAlwaysOn: true } as const;
  const pro = { efforts: ['low', 'medium', 'high'], quirks, maxOutput: 65_536 } as const;

  it('sends the highest allowed level that is not above the wanted effort, and asks for thoughts', () => {
    assert.deepEqual(thinkingOf(asked('max'), { facts: pro }), {
      thinkingLevel: 'high',
      includeThoughts: true,
    });
    assert.deepEqual(thinkingOf(asked('low'), { facts: pro, parameters: { effort: 'medium' } }), {
      thinkingLevel: 'medium',
      includeThoughts: true,
    });
    const budget = { thinking: { type: 'enabled', budget_tokens: 31_999 } };
    assert.equal(
      objectAt({ x: thinkingOf(budget, { facts: pro }) }, 'x')?.['thinkingLevel'],
      'high',
    );
  });

  it('asks for no thoughts that the client does not want', () => {
    assert.equal(thinkingOf({}, { facts: pro }), undefined);
    const off = { thinking: { type: 'disabled' } };
    assert.deepEqual(thinkingOf(off, { facts: pro }), { thinkingLevel: 'low' });
    assert.deepEqual(thinkingOf(off, { facts: { efforts: ['low', 'high'] } }), {
      thinkingBudget: 0,
    });
    assert.equal(thinkingOf(off), undefined);
  });

  it('sends nothing about thinking to models that are unknown or refuse it', () => {
    assert.equal(thinkingOf(asked('high')), undefined);
    assert.deepEqual(thinkingOf(asked('high'), { parameters: { effort: 'xhigh' } }), {
      thinkingLevel: 'high',
      includeThoughts: true,
    });
    const facts = { ...pro, quirks: { ...quirks, noReasoningEffort: true } };
    assert.deepEqual(thinkingOf(asked('high'), { facts }), { includeThoughts: true });
  });

  it('clamps the output limit, and leaves room for thoughts where they cannot be switched off', () => {
    const limitOf = (max_tokens: number, overrides: Overrides = {}) =>
      configOf({ max_tokens }, overrides)['maxOutputTokens'];
    assert.equal(limitOf(128_000, { facts: pro }), 65_536);
    assert.equal(limitOf(64, { facts: pro }), 2048);
    assert.equal(limitOf(64, { facts: { ...pro, maxOutput: 1000 } }), 1000);
    assert.equal(limitOf(64, { facts: pro, parameters: { maxOutputTokens: 100 } }), 100);
    assert.equal(limitOf(64), 64);
    assert.equal(limitOf(0), 1);
  });

  it('sends sampling values unless the model refuses them, the route’s first', () => {
    const stop_sequences = ['a', 'b', 'c', 'd', 'e', 'f'];
    const members = { temperature: 1, top_p: 0.9, top_k: 3, stop_sequences };
    const config = configOf(members, { parameters: { temperature: 0.1 } });
    assert.deepEqual([config['temperature'], config['topP'], 'topK' in config], [0.1, 0.9, false]);
    assert.deepEqual(config['stopSequences'], ['a', 'b', 'c', 'd', 'e']);
    const refused = configOf(members, { facts: { quirks: { noTemperature: true } } });
    assert.equal('temperature' in refused || 'topP' in refused, false);
  });

  it('sends an output schema as it is', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
    const config = configOf({ output_config: { format: { type: 'json_schema', schema } } });
    assert.equal(config['responseMimeType'], 'application/json');
    assert.deepEqual(config['responseJsonSchema'], schema);
    assert.equal('responseMimeType' in configOf({}), false);
  });
});

describe('tools of a Gemini request', () => {
  const tool = (name: string, more: JsonObject = {}) => ({
    name,
    description: 'Does.',
    input_schema: { type: 'object', properties: { a: { type: 'string' } } },
    ...more,
  });

  it('maps the tool choice', () => {
    const choose = (choice: JsonObject) =>
      objectAt(
        objectAt(
          encodedBody(format, bodyWith({ tools: [tool('A')], tool_choice: choice })),
          'toolConfig',
        ),
        'functionCallingConfig',
      );
    assert.deepEqual(choose({ type: 'auto' }), { mode: 'AUTO' });
    assert.deepEqual(choose({ type: 'any' }), { mode: 'ANY' });
    assert.deepEqual(choose({ type: 'none' }), { mode: 'NONE' });
    assert.deepEqual(choose({ type: 'tool', name: 'A' }), {
      mode: 'ANY',
      allowedFunctionNames: ['A'],
    });
    assert.deepEqual(choose({ type: 'tool', name: 'B' }), { mode: 'AUTO' });
    assert.equal('toolConfig' in encodedBody(format, bodyWith({ tools: [tool('A')] })), false);
  });

  it('tells the log that calls cannot be kept one at a time', () => {
    const tool_choice = { type: 'auto', disable_parallel_tool_use: true };
    const { omitted } = encode(format, bodyWith({ tools: [tool('A')], tool_choice }));
    assert.deepEqual(omitted, ['disable_parallel_tool_use']);
  });

  it('gives names that Gemini takes, everywhere the same, and finds them again', () => {
    const long = `mcp__${'server'.repeat(12)}__tool`;
    const encoded = encode(
      format,
      bodyWith({
        tools: [tool(long), tool('3d.render'), tool('7zip'), tool('Bash')],
        tool_choice: { type: 'tool', name: '7zip' },
        messages: [
          { role: 'user', content: 'Go' },
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'x', name: '3d.render', input: {} }],
          },
        ],
      }),
    );
    const names = [...encoded.toolNames.keys()];
    assert.deepEqual([...encoded.toolNames.values()].sort(), ['3d.render', '7zip', long].sort());
    assert.ok(names.every((name) => /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/.test(name)));
    assert.ok(!encoded.body.includes('"7zip"') && !encoded.body.includes('"3d.render"'));
    const part = { functionCall: { name: names[0], args: {} } };
    const body = { candidates: [{ content: { parts: [part] }, finishReason: 'STOP' }] };
    const events = codecOf(format).decodeMessage(body, 'm', encoded.toolNames);
    const start = events.find((event) => event.type === 'tool-start');
    assert.equal(start?.type === 'tool-start' && start.name, encoded.toolNames.get(names[0] ?? ''));
  });

  it('declares a tool without arguments without parameters, and never an empty description', () => {
    const bare = { name: 'Now', input_schema: { type: 'object', properties: {} } };
    const declaration = declarationsOf(encodedBody(format, bodyWith({ tools: [bare] }))).get('Now');
    assert.deepEqual(declaration, { name: 'Now', description: 'Now' });
    assert.equal(stringAt(declaration, 'description'), 'Now');
  });
});
