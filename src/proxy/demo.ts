import type { Send, SendResult, UpstreamRequest } from './upstream';

/**
 * Answers requests to the demo providers inside the process, as a real upstream would, and hands every other request to
 * `send`. With it the whole path — routing, fallback, the auth stop — can be tried without a key or a network.
 */
export function withDemo(send: Send): Send {
  return (request) => {
    const host = new URL(request.url).hostname;
    if (!demoHosts.has(host)) return send(request);
    if (host === 'demo-locked.invalid' && !hasRightKey(request))
      return Promise.resolve(lockedAnswer());
    if (request.method === 'GET') return Promise.resolve(answer(200, '{"usage":{}}'));
    return Promise.resolve(demoAnswer(request));
  };
}

/** The one key that the locked demo model accepts; no secret. */
export const demoKey = 'open-sesame';

/** The models that the demo providers offer, for the model list. */
export const demoModels = ['hello', 'busy'] as const;

/** The one that answers; the other is of use only in a chain, to see a fallback. */
export const answeringDemoModel = 'hello';

// `.invalid` never resolves: a request that missed this function could not leave the machine.
const demoHosts: ReadonlySet<string> = new Set(['demo.invalid', 'demo-locked.invalid']);

function hasRightKey(request: UpstreamRequest): boolean {
  const { headers } = request;
  return headers['x-api-key'] === demoKey || headers['authorization'] === `Bearer ${demoKey}`;
}

function lockedAnswer(): SendResult {
  const message = `Invalid API key. (Demo: the right key is ${demoKey})`;
  return answer(401, JSON.stringify({ type: 'error', error: { type: 'AuthError', message } }));
}

function demoAnswer(request: UpstreamRequest): SendResult {
  const { model, stream } = readRequest(Buffer.from(request.body ?? '').toString('utf8'));
  if (model === 'busy') {
    const message = 'The demo model “busy” is always overloaded.';
    return answer(
      529,
      JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message } }),
    );
  }
  return stream ? eventStream(model) : wholeMessage(model);
}

function readRequest(body: string): { model: string; stream: boolean } {
  const parsed: unknown = JSON.parse(body);
  const isObject = typeof parsed === 'object' && parsed !== null;
  const model =
    isObject && 'model' in parsed && typeof parsed.model === 'string' ? parsed.model : '';
  return { model, stream: isObject && 'stream' in parsed && parsed.stream === true };
}

const words = [
  'This is the demo model of Switchyard: ',
  'no provider was called, ',
  'nothing left this machine, and nothing was charged. ',
  'Your request went through routing and the fallback chain like any other. ',
  'To talk to real models, run “Switchyard: Set API Key” in VS Code.',
];

function messageHead(model: string): Record<string, unknown> {
  return { id: 'msg_demo', type: 'message', role: 'assistant', model: `demo/${model}` };
}

function wholeMessage(model: string): SendResult {
  return answer(
    200,
    JSON.stringify({
      ...messageHead(model),
      content: [{ type: 'text', text: words.join('') }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 60 },
    }),
  );
}

function eventStream(model: string): SendResult {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const start = {
    ...messageHead(model),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const events = [
    { type: 'message_start', message: start },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...words.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 60 },
    },
    { type: 'message_stop' },
  ];
  const frames = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return reply(200, { 'content-type': 'text/event-stream' }, frames);
}

function answer(status: number, body: string, headers: Record<string, string> = {}): SendResult {
  return reply(status, { 'content-type': 'application/json', ...headers }, [body]);
}

function reply(
  status: number,
  headers: Record<string, string>,
  chunks: readonly string[],
): SendResult {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  return { ok: true, response: { status, headers, body: body(), destroy: () => {} } };
}
