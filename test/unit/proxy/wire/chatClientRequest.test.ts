import assert from 'node:assert/strict';
import { readChatRequest } from '../../../../src/proxy/wire/chatClientRequest';
import { type JsonObject, parseJson } from '../../../../src/proxy/wire/json';
import { objectOf, parsed } from './requests';

const hi = { role: 'user', content: 'Hi' };

function read(members: JsonObject): JsonObject {
  const result = readChatRequest(JSON.stringify({ model: 'gpt-6', messages: [hi], ...members }));
  assert.ok(result.ok, result.ok ? '' : result.message);
  // What the rest of the proxy would refuse is no translation.
  parsed(result.messagesText);
  return objectOf(parseJson(result.messagesText));
}

function messagesOf(...messages: readonly JsonObject[]): unknown {
  return read({ messages })['messages'];
}

function refusal(members: JsonObject): string {
  const text = JSON.stringify({ model: 'gpt-6', messages: [hi], ...members });
  const result = readChatRequest(text);
  return result.ok ? 'accepted' : result.message;
}

const text = (value: string) => ({ type: 'text', text: value });
const look = {
  id: 'call_1',
  type: 'function',
  function: { name: 'look', arguments: '{"path":"/a"}' },
};
const lookTool = { type: 'function', function: { name: 'look', strict: true } };

describe('the reader of Chat Completions requests', () => {
  it('makes the instructions at the beginning the system prompt, and leaves later ones in their place', () => {
    const body = read({
      messages: [
        { role: 'system', content: 'One' },
        { role: 'developer', content: [text('Two')] },
        hi,
        { role: 'system', content: 'Three' },
        { role: 'assistant', content: 'Yes' },
      ],
    });
    assert.deepEqual(body['system'], [text('One'), text('Two')]);
    assert.deepEqual(body['messages'], [
      { role: 'user', content: [text('Hi')] },
      { role: 'system', content: [text('Three')] },
      { role: 'assistant', content: [text('Yes')] },
    ]);
  });

  it('takes the last of nothing but instructions for what the user said', () => {
    const body = read({
      messages: [
        { role: 'system', content: 'Be brief' },
        { ...hi, role: 'system' },
      ],
    });
    assert.deepEqual(body['system'], [text('Be brief')]);
    assert.deepEqual(body['messages'], [{ role: 'user', content: [text('Hi')] }]);
  });

  it('gives the results of one turn in one message, behind their calls', () => {
    const second = { ...look, id: 'call_2', function: { name: 'list', arguments: '' } };
    assert.deepEqual(
      messagesOf(
        hi,
        { role: 'assistant', content: null, tool_calls: [look, second] },
        { role: 'tool', tool_call_id: 'call_1', content: 'one' },
        { role: 'tool', tool_call_id: 'call_2', content: [text('two')] },
        hi,
      ),
      [
        { role: 'user', content: [text('Hi')] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'call_1', name: 'look', input: { path: '/a' } },
            { type: 'tool_use', id: 'call_2', name: 'list', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: [text('one')] },
            { type: 'tool_result', tool_use_id: 'call_2', content: [text('two')] },
          ],
        },
        { role: 'user', content: [text('Hi')] },
      ],
    );
  });

  it('keeps arguments that are no JSON object where the model can see them', () => {
    const broken = { ...look, function: { name: 'look', arguments: '{"path":' } };
    assert.deepEqual(messagesOf(hi, { role: 'assistant', tool_calls: [broken] }), [
      { role: 'user', content: [text('Hi')] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'call_1', name: 'look', input: { arguments: '{"path":' } },
        ],
      },
    ]);
  });

  it('reads reasoning under either name as thinking without a signature, and a refusal as text', () => {
    const thinking = { type: 'thinking', thinking: 'Hm', signature: '' };
    assert.deepEqual(
      messagesOf(
        hi,
        { role: 'assistant', content: 'A', reasoning_content: 'Hm' },
        { role: 'assistant', reasoning: 'Hm', refusal: 'No' },
      ),
      [
        { role: 'user', content: [text('Hi')] },
        { role: 'assistant', content: [thinking, text('A')] },
        { role: 'assistant', content: [thinking, text('No')] },
      ],
    );
  });

  it('reads images, documents and texts from their parts, and says what it cannot carry', () => {
    const file = (mediaType: string, data: string) => ({
      type: 'file',
      file: { filename: 'f', file_data: `data:${mediaType};base64,${data}` },
    });
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image_url', image_url: 'https://example.com/a.png' },
      { type: 'image_url', image_url: { url: 'file:///a.png' } },
      file('application/pdf', 'BBBB'),
      file('text/plain; charset=utf-8', Buffer.from('grün').toString('base64')),
      { type: 'file', file: { file_id: 'file-1', filename: 'x.doc' } },
      { type: 'input_audio', input_audio: { data: 'CCCC', format: 'wav' } },
      { type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } },
    ];
    const omitted = (what: string) => text(`[${what} omitted: this model cannot read it]`);
    const image = (source: JsonObject) => ({ type: 'image', source });
    const document = (source: JsonObject) => ({ type: 'document', source, title: 'f' });
    assert.deepEqual(objectOf(Object(messagesOf({ role: 'user', content }))[0])['content'], [
      image({ type: 'base64', media_type: 'image/png', data: 'AAAA' }),
      image({ type: 'url', url: 'https://example.com/a.png' }),
      omitted('image'),
      document({ type: 'base64', media_type: 'application/pdf', data: 'BBBB' }),
      document({ type: 'text', media_type: 'text/plain', data: 'grün' }),
      omitted('file x.doc'),
      omitted('audio'),
      omitted('video_url'),
    ]);
  });

  it('leaves out texts of white space, which Anthropic refuses, but never the turn of the user', () => {
    assert.deepEqual(
      messagesOf({ role: 'user', content: ' ' }, { role: 'assistant', content: '' }, hi),
      [
        { role: 'user', content: [text('(empty message)')] },
        { role: 'user', content: [text('Hi')] },
      ],
    );
  });

  it('gives each parameter its place', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    const body = read({
      stream: true,
      max_completion_tokens: 500,
      temperature: 0.5,
      top_p: 0.9,
      stop: 'END',
      user: 'somebody',
      reasoning_effort: 'high',
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      logprobs: true,
      seed: 1,
      store: false,
    });
    assert.deepEqual(body, {
      model: 'gpt-6',
      max_tokens: 500,
      stream: true,
      messages: [{ role: 'user', content: [text('Hi')] }],
      output_config: { effort: 'high', format: { type: 'json_schema', schema } },
      stop_sequences: ['END'],
      temperature: 0.5,
      top_p: 0.9,
      metadata: { user_id: 'somebody' },
    });
  });

  it('names no limit where the client names none, and takes null for absent', () => {
    const nulls = { max_tokens: null, stop: null, tools: null, stream: null, n: null };
    assert.deepEqual(read(nulls), {
      model: 'gpt-6',
      stream: false,
      messages: [{ role: 'user', content: [text('Hi')] }],
    });
  });

  it('switches thinking off for an effort of none', () => {
    assert.deepEqual(read({ reasoning_effort: 'none' })['thinking'], { type: 'disabled' });
    assert.equal(read({ reasoning_effort: 'low' })['thinking'], undefined);
  });

  it('reads tools, with and without a schema', () => {
    const parameters = { type: 'object', properties: {} };
    const described = {
      type: 'function',
      function: { name: 'list', description: 'Lists', parameters },
    };
    assert.deepEqual(read({ tools: [lookTool, described] })['tools'], [
      { name: 'look', input_schema: parameters },
      { name: 'list', description: 'Lists', input_schema: parameters },
    ]);
  });

  const choices: readonly (readonly [JsonObject, unknown])[] = [
    [{ tool_choice: 'auto' }, { type: 'auto' }],
    [{ tool_choice: 'none', parallel_tool_calls: false }, { type: 'none' }],
    [{ tool_choice: 'required' }, { type: 'any' }],
    [
      { tool_choice: { type: 'function', function: { name: 'look' } } },
      { type: 'tool', name: 'look' },
    ],
    [
      { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [] } } },
      { type: 'any' },
    ],
    [{ parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [
      { tool_choice: 'required', parallel_tool_calls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ parallel_tool_calls: true }, undefined],
  ];
  for (const [members, expected] of choices) {
    it(`reads ${JSON.stringify(members)}`, () => {
      assert.deepEqual(read({ ...members, tools: [lookTool] })['tool_choice'], expected);
    });
  }

  it('names no choice where there is no tool, which Anthropic would refuse', () => {
    assert.equal(read({ tool_choice: 'auto', tools: [] })['tool_choice'], undefined);
  });

  it('tells whether the client wants the usage', () => {
    for (const include_usage of [true, false]) {
      const body = { model: 'm', messages: [hi], stream_options: { include_usage } };
      const result = readChatRequest(JSON.stringify(body));
      assert.equal(result.ok && result.includeUsage, include_usage);
    }
  });

  const refused: readonly (readonly [JsonObject, RegExp])[] = [
    [{ n: 2 }, /^n: Switchyard gives one answer per request$/],
    [{ model: 5 }, /^model: Invalid input: expected string$/],
    [{ messages: [{ role: 'robot' }] }, /^messages\.0\.role: Invalid input: expected "system" or/],
    [{ messages: [hi, { role: 'user', content: 5 }] }, /^messages\.1\.content: .*content parts$/],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, /^messages\.0\.content\.0: /],
    [{ messages: [{ role: 'user', content: ['Hi'] }] }, /^messages\.0\.content\.0: /],
    [{ messages: [{ role: 'tool', content: 'x' }] }, /^messages\.0\.tool_call_id: Field required$/],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'x' }] }] },
      /^messages\.0\.tool_calls\.0\.function: /,
    ],
    [
      { tools: [{ type: 'custom', custom: { name: 'x' } }] },
      /^tools\.0\.type: .*expected "function"$/,
    ],
    [{ functions: [{ name: 'x' }] }, /^functions: use tools instead$/],
  ];
  for (const [members, expected] of refused) {
    it(`refuses ${JSON.stringify(members)} and names the member`, () => {
      assert.match(refusal(members), expected);
    });
  }

  it('refuses what is no JSON object, and does not fail on endless nesting', () => {
    for (const body of ['', 'null', '[]', '{']) {
      const result = readChatRequest(body);
      assert.equal(!result.ok && result.message, 'The request body is not a JSON object.');
    }
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const nested = readChatRequest(`{"model":"m","messages":[],"x":${deep}}`);
    assert.match(nested.ok ? 'accepted' : nested.message, /nested deeper than 500 levels/);
    // The input of a call is a text of its own: what is no readable object stays what it was.
    const call = { id: 'x', function: { name: 'y', arguments: `{"a":${deep}}` } };
    const read = readChatRequest(
      JSON.stringify({ model: 'm', messages: [hi, { role: 'assistant', tool_calls: [call] }] }),
    );
    assert.ok(read.ok && read.messagesText.includes(deep));
  });
});
