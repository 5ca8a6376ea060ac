// What a session with the real Claude Code needs of an upstream, in the words of every wire format.
import type { WireFormat } from '../../src/proxy/types';
import { anthropicStream, anthropicText } from './anthropicAnswers';
import { geminiStream } from './geminiAnswers';
import { openaiChatStream, openaiChatText } from './openaiChatAnswers';
import { responsesStream, responsesText } from './openaiResponsesAnswers';
import { type Answer, type RecordedRequest, valueAt } from './scriptedUpstream';

/** What differs between the wire formats, as the upstream speaks and hears them. */
export interface ClaudeDialect {
  readonly wireFormat: WireFormat;
  readonly pathFor: (model: string) => string;
  readonly modelOf: (request: RecordedRequest) => unknown;
  readonly text: (text: string) => Answer;
  readonly callTool: (call: ToolCall) => Answer;
  /** The text of the tool result that ends the conversation so far. */
  readonly toolResult: (request: RecordedRequest, id: string) => string;
  /** What the model sealed with its call, and what came back of it. */
  readonly sealed?: {
    readonly call: (call: ToolCall) => Answer;
    readonly returned: (request: RecordedRequest) => unknown;
    readonly expected: unknown;
  };
  readonly keyOf: (request: RecordedRequest) => string | string[] | undefined;
  readonly badKey: Answer;
}

interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

const OPENAI_BAD_KEY: Answer = {
  status: 401,
  body: {
    error: {
      message: 'Incorrect API key provided: wrong-key.',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    },
  },
};

export const CLAUDE_DIALECTS: readonly ClaudeDialect[] = [
  {
    wireFormat: 'anthropic-messages',
    pathFor: () => '/messages',
    modelOf: modelInBody,
    text: (text) => anthropicText(text),
    callTool: (call) => anthropicStream([{ type: 'tool_use', ...call }]),
    toolResult: (request, id) => {
      const blocks = entries(valueAt(request.body, 'messages')).flatMap((message) =>
        entries(valueAt(message, 'content')),
      );
      return asText(valueAt(find(blocks, 'tool_use_id', id), 'content'));
    },
    // An empty block is how Switchyard itself carries what other vendors seal.
    sealed: {
      call: (call) =>
        anthropicStream([
          { type: 'text', text: 'Look.' },
          { type: 'thinking', thinking: '', signature: 'c2VhbGVk' },
          { type: 'tool_use', ...call },
        ]),
      returned: (request) => {
        const messages = entries(valueAt(request.body, 'messages'));
        const blocks = entries(valueAt(find(messages, 'role', 'assistant'), 'content'));
        return blocks.map((block) => valueAt(block, 'signature') ?? valueAt(block, 'type'));
      },
      expected: ['text', 'c2VhbGVk', 'tool_use'],
    },
    keyOf: (request) => request.headers['x-api-key'],
    badKey: {
      status: 401,
      body: {
        type: 'error',
        error: { type: 'authentication_error', message: 'invalid x-api-key' },
      },
    },
  },
  {
    wireFormat: 'openai-chat',
    pathFor: () => '/chat/completions',
    modelOf: modelInBody,
    text: (text) => openaiChatText(text),
    callTool: (call) => openaiChatStream({ toolCalls: [call] }),
    toolResult: (request, id) =>
      asText(
        valueAt(find(entries(valueAt(request.body, 'messages')), 'tool_call_id', id), 'content'),
      ),
    keyOf: bearerKey,
    badKey: OPENAI_BAD_KEY,
  },
  {
    wireFormat: 'openai-responses',
    pathFor: () => '/responses',
    modelOf: modelInBody,
    text: (text) => responsesText(text),
    callTool: (call) => responsesStream({ toolCalls: [call] }),
    toolResult: (request, id) => {
      const outputs = entries(valueAt(request.body, 'input')).filter(
        (item) => valueAt(item, 'type') === 'function_call_output',
      );
      return asText(valueAt(find(outputs, 'call_id', id), 'output'));
    },
    sealed: {
      call: (call) => responsesStream({ encrypted: 'c2VhbGVk', text: 'Look.', toolCalls: [call] }),
      returned: (request) =>
        valueAt(
          find(entries(valueAt(request.body, 'input')), 'type', 'reasoning'),
          'encrypted_content',
        ),
      expected: 'c2VhbGVk',
    },
    keyOf: bearerKey,
    badKey: OPENAI_BAD_KEY,
  },
  {
    wireFormat: 'gemini',
    pathFor: (model) => `/models/${model}:streamGenerateContent`,
    modelOf: (request) => /^\/models\/([^:]+):/.exec(request.path)?.[1],
    text: (text) => geminiStream({ text }),
    callTool: (call) => geminiStream({ toolCalls: [call] }),
    toolResult: (request, id) => {
      const responses = geminiParts(request).map((part) => valueAt(part, 'functionResponse'));
      return asText(valueAt(find(responses, 'id', id), 'response'));
    },
    // Its signature reaches the agent as an empty thinking block between the text and the call.
    sealed: {
      call: (call) =>
        geminiStream({ text: 'Look.', toolCalls: [{ ...call, signature: 'c2VhbGVk' }] }),
      returned: (request) =>
        geminiParts(request)
          .filter((part) => valueAt(part, 'functionCall') !== undefined)
          .map((part) => valueAt(part, 'thoughtSignature')),
      expected: ['c2VhbGVk'],
    },
    keyOf: (request) => request.headers['x-goog-api-key'],
    badKey: {
      status: 400,
      body: {
        error: {
          code: 400,
          message: 'API key not valid. Please pass a valid API key.',
          status: 'INVALID_ARGUMENT',
          details: [{ reason: 'API_KEY_INVALID', domain: 'googleapis.com' }],
        },
      },
    },
  },
];

function modelInBody(request: RecordedRequest): unknown {
  return valueAt(request.body, 'model');
}

function bearerKey(request: RecordedRequest): string | undefined {
  return request.headers.authorization?.replace(/^Bearer /, '');
}

/** The parts of the whole conversation. */
function geminiParts(request: RecordedRequest): readonly unknown[] {
  return entries(valueAt(request.body, 'contents')).flatMap((content) =>
    entries(valueAt(content, 'parts')),
  );
}

function entries(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function find(items: readonly unknown[], key: string, value: string): unknown {
  return items.find((item) => valueAt(item, key) === value);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
