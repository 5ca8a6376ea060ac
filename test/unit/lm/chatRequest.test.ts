import assert from 'node:assert/strict';
import { type ChatRequest, countRequest, messagesRequest } from '../../../src/lm/chatRequest';
import { parseMessagesRequest } from '../../../src/proxy/wire/anthropicRequest';

const plain: ChatRequest = {
  model: 'auto',
  maxOutputTokens: 4096,
  messages: [{ role: 'user', parts: [{ kind: 'text', text: 'hello' }] }],
  tools: [],
  mustCallTool: false,
  modelOptions: {},
};

const bytes = (text: string) => new TextEncoder().encode(text);

function requestOf(changes: Partial<ChatRequest>): Record<string, unknown> {
  const request = messagesRequest({ ...plain, ...changes });
  const parsed = parseMessagesRequest(JSON.stringify(request));
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.message);
  return { ...request };
}

describe('the request of a chat in VS Code', () => {
  it('is a stream of the model that was chosen', () => {
    assert.deepEqual(requestOf({}), {
      model: 'auto',
      max_tokens: 4096,
      stream: true,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }],
    });
  });

  it('carries tools, and makes the model call one where the chat says so', () => {
    const tools = [
      { name: 'read', description: 'Reads.', inputSchema: { type: 'object', required: ['path'] } },
      { name: 'list', description: 'Lists.' },
    ];
    const wanted = [
      { name: 'read', description: 'Reads.', input_schema: { type: 'object', required: ['path'] } },
      { name: 'list', description: 'Lists.', input_schema: { type: 'object', properties: {} } },
    ];
    assert.deepEqual(requestOf({ tools })['tools'], wanted);
    assert.equal(requestOf({ tools })['tool_choice'], undefined);
    assert.deepEqual(requestOf({ tools, mustCallTool: true })['tool_choice'], { type: 'any' });
    assert.equal(requestOf({ mustCallTool: true })['tool_choice'], undefined);
  });

  it('makes one turn of messages of one role, with the results of calls at its head', () => {
    const { messages } = requestOf({
      messages: [
        { role: 'user', parts: [{ kind: 'text', text: 'read it' }] },
        { role: 'assistant', parts: [{ kind: 'text', text: 'I will.' }] },
        {
          role: 'assistant',
          parts: [{ kind: 'toolCall', id: 'call_1', name: 'read', input: { path: 'a' } }],
        },
        { role: 'user', parts: [{ kind: 'text', text: 'be quick' }] },
        {
          role: 'user',
          parts: [
            {
              kind: 'toolResult',
              id: 'call_1',
              isError: true,
              content: [
                { kind: 'text', text: 'no such file' },
                { kind: 'data', mimeType: 'image/png', data: bytes('png') },
              ],
            },
          ],
        },
      ],
    });
    assert.deepEqual(messages, [
      { role: 'user', content: [{ type: 'text', text: 'read it' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I will.' },
          { type: 'tool_use', id: 'call_1', name: 'read', input: { path: 'a' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'call_1',
            content: [
              { type: 'text', text: 'no such file' },
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: 'cG5n' },
              },
            ],
            is_error: true,
          },
          { type: 'text', text: 'be quick' },
        ],
      },
    ]);
  });

  it('takes system messages out of the conversation', () => {
    const { system, messages } = requestOf({
      messages: [
        { role: 'system', parts: [{ kind: 'text', text: 'Be brief.' }] },
        ...plain.messages,
      ],
    });
    assert.deepEqual(system, [{ type: 'text', text: 'Be brief.' }]);
    assert.deepEqual(messages, requestOf({})['messages']);
  });

  it('shows files by what they are, only the bytes that are theirs', () => {
    const all = bytes('before{"a":1}after');
    const parts = [
      { kind: 'data', mimeType: 'application/json', data: all.subarray(6, 13) },
      { kind: 'data', mimeType: 'text/plain; charset=utf-8', data: bytes('words') },
      { kind: 'data', mimeType: 'application/pdf', data: bytes('pdf') },
      { kind: 'data', mimeType: 'image/bmp', data: bytes('bmp') },
      { kind: 'data', mimeType: 'stateful_marker', data: bytes('somebody’s own') },
    ] as const;
    assert.deepEqual(requestOf({ messages: [{ role: 'user', parts }] })['messages'], [
      {
        role: 'user',
        content: [
          { type: 'text', text: '{"a":1}' },
          { type: 'text', text: 'words' },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: 'cGRm' },
          },
          {
            type: 'text',
            text: '(An attachment of the type image/bmp cannot be shown to this model.)',
          },
        ],
      },
    ]);
  });

  it('marks what can be cached, as the chat does, and leaves out text that says nothing', () => {
    const parts = [
      { kind: 'text', text: 'long' },
      { kind: 'data', mimeType: 'cache_control', data: bytes('ephemeral') },
      { kind: 'text', text: ' \n' },
    ] as const;
    const { messages } = requestOf({ messages: [{ role: 'user', parts }] });
    const block = { type: 'text', text: 'long', cache_control: { type: 'ephemeral' } };
    assert.deepEqual(messages, [{ role: 'user', content: [block] }]);
  });

  it('follows the options of the chat, by any of their names, and only those of the right type', () => {
    const { max_tokens, temperature, top_p, stop_sequences } = requestOf({
      modelOptions: { maxTokens: 10, temperature: 0, topP: 0.5, stop: ['END', 7] },
    });
    assert.deepEqual([max_tokens, temperature, top_p, stop_sequences], [10, 0, 0.5, ['END']]);
    const odd = requestOf({ modelOptions: { max_tokens: 'many', temperature: null, stop: '' } });
    assert.deepEqual(odd, requestOf({}));
  });

  it('can be made of one message, to be counted', () => {
    const message = { role: 'assistant', parts: [{ kind: 'text', text: 'yes' }] } as const;
    assert.deepEqual(countRequest('auto', message), {
      model: 'auto',
      messages: [{ role: 'assistant', content: [{ type: 'text', text: 'yes' }] }],
    });
  });
});
