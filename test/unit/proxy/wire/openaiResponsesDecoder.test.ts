import assert from 'node:assert/strict';
import { isObject, type JsonObject, parseJson } from '../../../../src/proxy/wire/json';
import { collectMessage } from '../../../../src/proxy/wire/message';
import { noUsage, type StreamEvent } from '../../../../src/proxy/wire/streamEvent';
import { decodeStream } from '../../../support/decodeStream';
import { responsesSse, responsesWhole } from '../../../support/openaiResponsesAnswers';
import { format } from './openaiResponsesRequests';
import { chunksOf, codecOf, eventsOf } from './replay';
import { objectOf } from './requests';

const codec = codecOf(format);
const decode = (body: unknown) => codec.decodeMessage(body, 'asked', new Map());
const whole = (members: JsonObject) => ({
  ...objectOf(responsesWhole({ text: 'Hi' }).body),
  ...members,
});

describe('a whole response', () => {
  it('counts what was cached without counting it twice', () => {
    const usages: readonly (readonly [object, object])[] = [
      [
        { input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 } },
        { inputTokens: 30, cacheReadTokens: 60, cacheWriteTokens: 10 },
      ],
      [{}, { inputTokens: 100 }],
      [{ input_tokens_details: null }, { inputTokens: 100 }],
      [{ input_tokens_details: { cached_tokens: 600 } }, { inputTokens: 0, cacheReadTokens: 600 }],
    ];
    for (const [members, expected] of usages) {
      const usage = { input_tokens: 100, output_tokens: 7, ...members };
      const message = collectMessage(decode(whole({ usage })));
      assert.deepEqual(message?.usage, { ...noUsage, outputTokens: 7, ...expected });
    }
    for (const usage of [undefined, null, 'many', { input_tokens: '3' }]) {
      assert.deepEqual(collectMessage(decode(whole({ usage })))?.usage, noUsage);
    }
  });

  it('tells why it is incomplete', () => {
    const reasons: Readonly<Record<string, string>> = {
      max_output_tokens: 'max_tokens',
      content_filter: 'refusal',
      model_context_window_exceeded: 'model_context_window_exceeded',
      novelty: 'max_tokens',
    };
    for (const [reason, expected] of Object.entries(reasons)) {
      const body = whole({ status: 'incomplete', incomplete_details: { reason } });
      assert.equal(collectMessage(decode(body))?.stopReason, expected, reason);
    }
  });

  it('is an error when it failed, was cancelled, or is still at work', () => {
    const error = { code: 'server_error', message: 'Broken' };
    const bodies = [
      whole({ status: 'failed', error }),
      whole({ status: 'failed' }),
      whole({ status: 'cancelled' }),
      whole({ status: 'in_progress' }),
      whole({ status: 'queued', output: [] }),
    ];
    for (const body of bodies) {
      assert.equal(decode(body).at(-1)?.type, 'error', JSON.stringify(body));
    }
    const [first] = decode(bodies[0]);
    assert.equal(first?.type === 'error' && first.error.message, 'Broken');
  });
});

describe('a Responses stream', () => {
  it('is not whole when the connection breaks before its end', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(responsesSse({ text: 'Hi' }).slice(0, -1).join(''));
      throw new Error('ECONNRESET');
    }
    const types: string[] = [];
    await assert.rejects(async () => {
      for await (const step of decodeStream(codec, broken(), 'm', new Map())) {
        types.push(...step.events.map((event) => event.type));
      }
    }, /ECONNRESET/);
    assert.equal(types.at(-1), 'text-end');
  });

  it('gives the input of a call while it comes', async () => {
    const frames = responsesSse({
      toolCalls: [{ id: 'a', name: 'Write', input: { text: 'long' } }],
    });
    const cut = frames.findIndex((frame) => frame.includes('arguments.delta')) + 1;
    const events = await eventsOf(codec, [Buffer.from(frames.slice(0, cut).join(''))]);
    assert.deepEqual(
      events.slice(-2).map((event) => event.type),
      ['tool-start', 'tool-delta'],
    );
  });

  it('takes an input whose beginning was lost from where it is told as a whole', async () => {
    const input = { path: '/tmp/x', text: 'long' };
    const frames = responsesSse({ toolCalls: [{ id: 'a', name: 'Write', input }] });
    const lost = frames.findIndex((frame) => frame.includes('arguments.delta'));
    const rest = frames.filter((_frame, at) => at !== lost);
    const message = collectMessage(await eventsOf(codec, [Buffer.from(rest.join(''))]));
    assert.deepEqual(message?.content, [{ type: 'tool_use', id: 'a', name: 'Write', input }]);
  });

  it('gives the client’s own tool names back', async () => {
    const frames = responsesSse({ toolCalls: [{ id: 'a', name: 'short', input: {} }] });
    const names = new Map([['short', 'mcp.long']]);
    const events: StreamEvent[] = [];
    const bytes = chunksOf([Buffer.from(frames.join(''))]);
    for await (const step of decodeStream(codec, bytes, 'm', names)) {
      events.push(...step.events);
    }
    const start = events.find((event) => event.type === 'tool-start');
    assert.equal(start?.type === 'tool-start' && start.name, 'mcp.long');
  });

  it('never throws, whatever the members hold', async () => {
    const frames = responsesSse({
      reasoning: 'Hm.',
      encrypted: 'gAAA',
      text: 'Hi',
      toolCalls: [{ id: 'a', name: 'Read', input: { a: 1 } }],
    });
    for (const [at, frame] of frames.entries()) {
      const event = objectOf(parseJson(frame.slice(frame.indexOf('{'))));
      for (const changed of mutations(event)) {
        const odd = `data: ${JSON.stringify(changed)}\n\n`;
        const text = [...frames.slice(0, at), odd, ...frames.slice(at + 1)].join('');
        const events = await eventsOf(codec, [Buffer.from(text)]);
        assert.ok(events.filter((one) => one.type === 'message-end').length <= 1);
        assertSequential(events);
      }
    }
  });
});

/** The object with each of its members, however deep, gone or of another type. */
function* mutations(value: JsonObject): Generator<JsonObject> {
  for (const [key, member] of Object.entries(value)) {
    for (const odd of [undefined, null, 7, -1, '', 'x', [], [null], {}, true]) {
      yield { ...value, [key]: odd };
    }
    if (isObject(member)) {
      for (const inner of mutations(member)) yield { ...value, [key]: inner };
    }
    if (Array.isArray(member) && isObject(member[0])) {
      for (const inner of mutations(member[0])) yield { ...value, [key]: [inner, ...member] };
    }
  }
}

function assertSequential(events: readonly StreamEvent[]): void {
  let open = 0;
  for (const { type } of events) {
    open += type.endsWith('-start') && type !== 'message-start' ? 1 : 0;
    open -= type.endsWith('-end') && type !== 'message-end' ? 1 : 0;
    assert.ok(open === 0 || open === 1, type);
  }
}
