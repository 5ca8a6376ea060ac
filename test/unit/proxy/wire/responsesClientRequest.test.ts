import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrayAt, objectAt, parseJson, stringAt } from '../../../../src/proxy/wire/json';
import { createResponsesClient } from '../../../../src/proxy/wire/responsesClient';
import { readResponsesRequest } from '../../../../src/proxy/wire/responsesClientRequest';
import { arrayOf, encode, objectOf, parsed, readBy } from './requests';

const folder = join(__dirname, '../../../fixtures/requests/responses');
const fixtureNames = readdirSync(folder).filter((name) => name.endsWith('.json'));

function fixtureBody(name: string): string {
  const file = objectOf(parseJson(readFileSync(join(folder, name), 'utf8')));
  return JSON.stringify(file['body']);
}

/** The Messages request that these members become. */
function messagesOf(members: object) {
  return messagesOfText(JSON.stringify({ model: 'some-model', input: 'Hi', ...members }));
}

function messagesOfText(text: string) {
  const read = readBy(createResponsesClient(), text);
  assert.ok(read.ok, read.ok ? '' : read.message);
  // What is made here must be a valid request.
  parsed(read.messagesText);
  return objectOf(parseJson(read.messagesText));
}

function refusalOf(members: object): string {
  const text = JSON.stringify({ model: 'some-model', input: 'Hi', ...members });
  const read = readBy(createResponsesClient(), text);
  assert.ok(!read.ok);
  return read.message;
}

describe('reading a Responses request', () => {
  it('takes a text as the user’s message', () => {
    assert.deepEqual(messagesOf({ input: 'Hello' }), {
      model: 'some-model',
      max_tokens: 32_000,
      stream: false,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    });
  });

  it('makes instructions and leading developer messages the system prompt', () => {
    const { system, messages } = messagesOf({
      instructions: 'Be brief.',
      input: [
        { role: 'developer', content: 'Be kind.' },
        { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be true.' }] },
        { role: 'user', content: 'Hi' },
        { role: 'developer', content: 'Be quick.' },
      ],
    });
    assert.deepEqual(
      arrayOf(system).map((block) => stringAt(block, 'text')),
      ['Be brief.', 'Be kind.', 'Be true.'],
    );
    assert.deepEqual(
      arrayOf(messages).map((message) => stringAt(message, 'role')),
      ['user', 'system'],
    );
  });

  it('keeps a conversation with parallel calls in its order', () => {
    const { messages } = messagesOf({
      input: [
        { role: 'user', content: 'Look' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
        { type: 'function_call', call_id: 'a', name: 'read', arguments: '{"path":"/ü"}' },
        { type: 'function_call', call_id: 'b', name: 'list', arguments: '' },
        { type: 'function_call_output', call_id: 'a', output: 'one' },
        {
          type: 'function_call_output',
          call_id: 'b',
          output: [
            { type: 'input_text', text: 'two' },
            { type: 'input_image', image_url: 'data:image/png;base64,AAAA' },
          ],
        },
        { role: 'user', content: 'And?' },
      ],
    });
    assert.deepEqual(messages, [
      { role: 'user', content: [{ type: 'text', text: 'Look' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'a', name: 'read', input: { path: '/ü' } },
          { type: 'tool_use', id: 'b', name: 'list', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'one' }] },
          {
            type: 'tool_result',
            tool_use_id: 'b',
            content: [
              { type: 'text', text: 'two' },
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
              },
            ],
          },
          { type: 'text', text: 'And?' },
        ],
      },
    ]);
  });

  it('joins several outputs of one call, since Messages takes one', () => {
    const { messages } = messagesOf({
      input: [
        { role: 'user', content: 'Run' },
        { type: 'custom_tool_call', call_id: 'a', name: 'exec', input: 'notify(1)' },
        { type: 'custom_tool_call_output', call_id: 'a', output: 'one' },
        { type: 'custom_tool_call_output', call_id: 'a', output: 'two' },
      ],
    });
    const content = [
      { type: 'text', text: 'one' },
      { type: 'text', text: 'two' },
    ];
    assert.deepEqual(arrayAt(arrayOf(messages)[2], 'content'), [
      { type: 'tool_result', tool_use_id: 'a', content },
    ]);
  });

  it('holds a developer’s note back until the outputs of the calls before it', () => {
    const { messages } = messagesOf({
      input: [
        { role: 'user', content: 'Look' },
        { type: 'function_call', call_id: 'a', name: 'read', arguments: '{}' },
        { role: 'developer', content: 'Be quick.' },
        { type: 'function_call_output', call_id: 'a', output: 'one' },
      ],
    });
    assert.deepEqual(
      arrayOf(messages).map((message) => stringAt(message, 'role')),
      ['user', 'assistant', 'user', 'system'],
    );
  });

  it('reads images by address, files as documents, and says what it cannot carry', () => {
    const { messages } = messagesOf({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' },
            {
              type: 'input_file',
              filename: 'a.pdf',
              file_data: 'data:application/pdf;base64,UEQ=',
            },
            { type: 'input_file', filename: 'a.txt', file_data: 'data:text/plain;base64,SGk=' },
            { type: 'input_file', file_url: 'https://example.com/b.pdf' },
            { type: 'input_image', file_id: 'file-1' },
          ],
        },
      ],
    });
    assert.deepEqual(arrayAt(arrayOf(messages)[0], 'content'), [
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'UEQ=' },
        title: 'a.pdf',
      },
      {
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: 'Hi' },
        title: 'a.txt',
      },
      { type: 'document', source: { type: 'url', url: 'https://example.com/b.pdf' } },
      { type: 'text', text: '[image omitted: Switchyard cannot carry it]' },
    ]);
  });

  it('opens reasoning that it sealed itself and drops the reasoning of others', () => {
    const { messages } = messagesOf({
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAAforeign' },
        {
          type: 'reasoning',
          id: 'rs_2',
          summary: [{ type: 'summary_text', text: 'Hm.' }],
          encrypted_content: 'sw-thinking:abc+/=',
        },
        { type: 'reasoning', id: 'rs_3', summary: [], encrypted_content: 'sw-redacted:xyz' },
        { role: 'assistant', content: 'Yes.' },
      ],
    });
    assert.deepEqual(arrayAt(arrayOf(messages)[1], 'content'), [
      { type: 'thinking', thinking: 'Hm.', signature: 'abc+/=' },
      { type: 'redacted_thinking', data: 'xyz' },
      { type: 'text', text: 'Yes.' },
    ]);
  });

  it('flattens namespaces, wraps free-text tools and says which hosted tools are missing', () => {
    const { tools, system } = messagesOf({
      tools: [
        { type: 'namespace', name: 'mcp__git__', tools: [{ type: 'function', name: 'log' }] },
        {
          type: 'custom',
          name: 'apply_patch',
          description: 'Edits files.',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
        },
        { type: 'web_search', external_web_access: true },
        { type: 'image_generation' },
      ],
    });
    assert.deepEqual(
      arrayOf(tools).map((tool) => stringAt(tool, 'name')),
      ['mcp__git__log', 'apply_patch', 'web_search'],
    );
    const patch = arrayOf(tools)[1];
    assert.equal(
      stringAt(patch, 'description'),
      'Edits files.\n\nThe input must follow this lark grammar:\nstart: "x"',
    );
    assert.deepEqual(objectAt(patch, 'input_schema')?.['required'], ['input']);
    assert.equal(stringAt(arrayOf(tools)[2], 'type'), 'web_search_20250305');
    assert.match(stringAt(arrayOf(system)[0], 'text') ?? '', /image_generation/);
  });

  it('gives calls in the history the names that the tools have', () => {
    const { messages } = messagesOf({
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'function_call', call_id: 'a', namespace: 'clock', name: 'sleep', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'b', name: 'apply_patch', input: '*** Begin' },
        { type: 'local_shell_call', call_id: 'c', action: { type: 'exec', command: ['ls'] } },
        { type: 'local_shell_call_output', call_id: 'c', output: 'a.txt' },
      ],
    });
    assert.deepEqual(arrayAt(arrayOf(messages)[1], 'content'), [
      { type: 'tool_use', id: 'a', name: 'clock__sleep', input: {} },
      { type: 'tool_use', id: 'b', name: 'apply_patch', input: { input: '*** Begin' } },
      {
        type: 'tool_use',
        id: 'c',
        name: 'local_shell',
        input: { type: 'exec', command: ['ls'] },
      },
    ]);
  });

  it('asks for tools as the client does', () => {
    const tools = [{ type: 'function', name: 'read', parameters: { type: 'object' } }];
    const choiceOf = (members: object) => messagesOf({ tools, ...members })['tool_choice'];
    assert.equal(choiceOf({}), undefined);
    assert.deepEqual(choiceOf({ tool_choice: 'required' }), { type: 'any' });
    assert.deepEqual(choiceOf({ tool_choice: 'none' }), { type: 'none' });
    assert.deepEqual(choiceOf({ tool_choice: { type: 'function', name: 'read' } }), {
      type: 'tool',
      name: 'read',
    });
    assert.deepEqual(choiceOf({ tool_choice: 'auto', parallel_tool_calls: false }), {
      type: 'auto',
      disable_parallel_tool_use: true,
    });
    assert.equal(messagesOf({ tool_choice: 'auto' })['tool_choice'], undefined);
  });

  it('turns effort and format into what Messages calls them', () => {
    const schema = { type: 'object', properties: {} };
    const request = messagesOf({
      reasoning: { effort: 'high', summary: 'auto' },
      text: { format: { type: 'json_schema', name: 'a', schema } },
      max_output_tokens: 500,
      temperature: 0.5,
      prompt_cache_key: 'conversation-1',
    });
    assert.deepEqual(request['thinking'], { type: 'adaptive', display: 'summarized' });
    assert.deepEqual(request['output_config'], {
      effort: 'high',
      format: { type: 'json_schema', schema },
    });
    assert.equal(request['max_tokens'], 500);
    assert.equal(request['temperature'], 0.5);
    assert.deepEqual(request['metadata'], { user_id: 'conversation-1' });
    assert.deepEqual(messagesOf({ reasoning: { effort: 'none' } })['thinking'], {
      type: 'disabled',
    });
    assert.equal(messagesOf({ reasoning: { summary: 'auto' } })['thinking'], undefined);
  });

  it('refuses what it could only answer wrongly, and names the member', () => {
    assert.match(refusalOf({ previous_response_id: 'resp_1' }), /^previous_response_id: .*input/);
    assert.match(refusalOf({ background: true }), /^background: /);
    assert.match(refusalOf({ input: 7 }), /^input: expected a string or an array/);
    assert.match(refusalOf({ max_output_tokens: 0 }), /^max_output_tokens: /);
  });

  it('never throws, whatever comes', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const tools = `[{"type":"function","name":"a","parameters":{"a":${deep}}}]`;
    assert.equal(readResponsesRequest('{').ok, false);
    assert.equal(readResponsesRequest('[]').ok, false);
    assert.equal(readResponsesRequest(`{"model":"m","input":"","tools":${tools}}`).ok, false);
    for (const item of [null, 1, 'x', [], {}, { type: 'reasoning' }, { type: 'function_call' }]) {
      messagesOf({ input: [item], tools: [item] });
    }
  });

  for (const name of fixtureNames) {
    it(`makes a valid request of ${name}, the same every time`, () => {
      const once = messagesOfText(fixtureBody(name));
      assert.deepEqual(messagesOfText(fixtureBody(name)), once);
    });
  }
});

const formats = ['anthropic-messages', 'openai-chat', 'openai-responses', 'gemini'] as const;

/** Everything of a conversation that must arrive. */
const kept = {
  'codex-first-turn.json': ['SCRIPT:tools go', 'exec_command', 'multi_agent_v1__close_agent'],
  'codex-tools-in-input.json': ['Say hello', 'functions__exec', 'clock__sleep'],
  'codex-warm-up.json': ['(empty message)'],
  'opencode-first-turn.json': ['bash'],
  'codex-tool-loop.json': [
    'Go.',
    'I look.',
    'toolu_01',
    'cat note.txt',
    'toolu_02',
    'dot.png',
    'The fruit is a quince.',
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
    'toolu_03',
    'multi_agent_v1__close_agent',
    'invalid agent id nobody',
  ],
} as const;

describe('requests recorded from Responses clients, written for every upstream', () => {
  for (const format of formats) {
    for (const [name, texts] of Object.entries(kept)) {
      it(`${format}: keeps what ${name} says`, () => {
        const read = readResponsesRequest(fixtureBody(name));
        assert.ok(read.ok);
        const { body } = encode(format, read.messagesText, { facts: { images: true } });
        for (const text of texts) {
          assert.ok(body.includes(text), `${text} is missing in ${body}`);
        }
      });
    }
  }

  for (const format of formats) {
    it(`${format}: keeps what was said in its order`, () => {
      const read = readResponsesRequest(fixtureBody('codex-tool-loop.json'));
      assert.ok(read.ok);
      const { body } = encode(format, read.messagesText, { facts: { images: true } });
      const said = [
        'Go.',
        'I look.',
        'cat note.txt',
        'a quince',
        'iVBOR',
        'nobody',
        'invalid agent',
      ];
      const places = said.map((text) => body.indexOf(text, body.indexOf('Go.')));
      assert.deepEqual(
        places,
        places.toSorted((left, right) => left - right),
      );
    });
  }

  it('come to Anthropic with the thinking and the signature that it minted', () => {
    const read = readResponsesRequest(fixtureBody('codex-tool-loop.json'));
    assert.ok(read.ok);
    const { body } = encode('anthropic-messages', read.messagesText, { isAnthropic: true });
    const [, answer] = arrayAt(parseJson(body), 'messages');
    assert.deepEqual(
      arrayAt(answer, 'content').map((block) => stringAt(block, 'type')),
      ['thinking', 'text', 'tool_use', 'tool_use'],
    );
    assert.deepEqual(arrayAt(answer, 'content')[0], {
      type: 'thinking',
      thinking: 'I read both.',
      signature: 'sig-abc+/=',
    });
  });

  it('tell every upstream the effort that a later item asks for', () => {
    const read = readResponsesRequest(fixtureBody('codex-tools-in-input.json'));
    assert.ok(read.ok);
    assert.equal(parsed(read.messagesText).effort, 'low');
  });
});
