import assert from 'node:assert/strict';
import { isObject } from '../../../../src/proxy/wire/json';
import { collectMessage } from '../../../../src/proxy/wire/message';
import { noUsage } from '../../../../src/proxy/wire/streamEvent';
import { decodeStream } from '../../../support/decodeStream';
import {
  GEMINI_COST,
  geminiError,
  geminiEvent,
  geminiResponse,
  geminiSse,
} from '../../../support/geminiAnswers';
import { codecOf, cut, eventsOf, stepsOf } from './replay';

const codec = codecOf('gemini');
const decode = (body: unknown) => codec.decodeMessage(body, 'm', new Map());

describe('a Gemini answer', () => {
  it('is whole when the connection breaks behind the finish reason', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(geminiSse({ text: 'Hi' }, { usage: 'missing' }).join(''));
      throw new Error('ECONNRESET');
    }
    const types: string[] = [];
    for await (const step of decodeStream(codec, broken(), 'm', new Map())) {
      types.push(...step.events.map((event) => event.type));
    }
    assert.equal(types.at(-1), 'message-end');
  });

  it('ends at once where a finish reason with counts leaves no doubt, and lets the body go', async () => {
    let isReleased = false;
    let isReadOn = false;
    async function* bytes(): AsyncGenerator<Uint8Array> {
      try {
        for (const frame of geminiSse({ text: 'Hi' }, { finishReason: 'MAX_TOKENS' })) {
          yield Buffer.from(frame);
        }
        isReadOn = true;
      } finally {
        isReleased = true;
      }
    }
    const types: string[] = [];
    for await (const step of decodeStream(codec, bytes(), 'm', new Map())) {
      types.push(...step.events.map((event) => event.type));
    }
    assert.equal(types.at(-1), 'message-end');
    assert.deepEqual({ isReleased, isReadOn }, { isReleased: true, isReadOn: false });
  });

  it('goes on behind a STOP with counts, which some hosts write on every response', async () => {
    const frames = ['One, ', 'two, ', 'three.'].map((text, index) =>
      Buffer.from(
        geminiEvent({
          ...objectBody(text, 'STOP'),
          usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 2 * (index + 1) },
        }),
      ),
    );
    const steps = await stepsOf(codec, frames);
    const message = collectMessage(steps.flatMap((step) => step.events));
    assert.deepEqual(message?.content, [{ type: 'text', text: 'One, two, three.' }]);
    assert.equal(message?.usage.outputTokens, 6);
    const failed = [...frames.slice(0, 2), Buffer.from(geminiEvent(geminiError(500, 'X', 'Oh')))];
    assert.equal((await eventsOf(codec, failed)).at(-1)?.type, 'error');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* frames.slice(0, 2);
      throw new Error('ECONNRESET');
    }
    await assert.rejects(async () => {
      for await (const _step of decodeStream(codec, broken(), 'm'));
    }, /ECONNRESET/);
    // After the first it may be over; such a host is not hurried afterwards.
    assert.deepEqual(
      steps.map((step) => step.isEnding === true),
      [true, false, false, false],
    );
  });

  it('is whole whatever comes behind its STOP and counts', async () => {
    for (const behind of [
      GEMINI_COST,
      'data: {"cut\n\n',
      geminiEvent(geminiError(500, 'X', 'Oh')),
    ]) {
      const frames = [...geminiSse({ text: 'Hi' }), behind].map((frame) => Buffer.from(frame));
      const events = await eventsOf(codec, frames);
      assert.equal(events.at(-1)?.type, 'message-end', behind);
    }
  });

  it('does not end with a finish reason that stands before it', async () => {
    const early = geminiSse({ text: '' });
    const said = geminiSse({ text: 'Hello' });
    const message = collectMessage(
      await eventsOf(codec, [Buffer.from([...early, ...early, ...said].join(''))]),
    );
    assert.deepEqual(message?.content, [{ type: 'text', text: 'Hello' }]);
    // Nor does that make a whole of an answer which breaks off.
    const broken = await eventsOf(codec, [Buffer.from([...early, ...said.slice(0, 2)].join(''))]);
    assert.ok(broken.every(({ type }) => type !== 'message-end'));
    const nothing = await eventsOf(codec, [Buffer.from(early.join(''))]);
    assert.deepEqual(
      nothing.map(({ type }) => type),
      ['message-start', 'message-end'],
    );
  });

  it('counts disjointly: the cached out of the prompt, the thoughts into the output', () => {
    const usages: readonly (readonly [object, object])[] = [
      [{}, { inputTokens: 100, outputTokens: 7 }],
      [{ cachedContentTokenCount: 60 }, { inputTokens: 40, cacheReadTokens: 60, outputTokens: 7 }],
      [{ thoughtsTokenCount: 30 }, { inputTokens: 100, outputTokens: 37 }],
      [
        { thoughtsTokenCount: 5, totalTokenCount: 107 },
        { inputTokens: 100, outputTokens: 7 },
      ],
      [{ toolUsePromptTokenCount: 9 }, { inputTokens: 109, outputTokens: 7 }],
      [{ cachedContentTokenCount: 900 }, { inputTokens: 0, cacheReadTokens: 100, outputTokens: 7 }],
    ];
    for (const [members, expected] of usages) {
      const counts = { promptTokenCount: 100, candidatesTokenCount: 7, ...members };
      const body = { ...objectBody('Hi', 'STOP'), usageMetadata: counts };
      assert.deepEqual(collectMessage(decode(body))?.usage, { ...noUsage, ...expected });
    }
  });

  it('knows the finish reasons', () => {
    const reasons: Readonly<Record<string, string>> = {
      STOP: 'end_turn',
      NOVELTY: 'end_turn',
      constructor: 'end_turn',
      MAX_TOKENS: 'max_tokens',
      SAFETY: 'refusal',
      RECITATION: 'refusal',
      LANGUAGE: 'refusal',
      BLOCKLIST: 'refusal',
      PROHIBITED_CONTENT: 'refusal',
      SPII: 'refusal',
      IMAGE_SAFETY: 'refusal',
    };
    for (const [finish, expected] of Object.entries(reasons)) {
      assert.equal(collectMessage(decode(objectBody('Hi', finish)))?.stopReason, expected, finish);
    }
    for (const finish of [
      'MALFORMED_FUNCTION_CALL',
      'UNEXPECTED_TOOL_CALL',
      'TOO_MANY_TOOL_CALLS',
      'MISSING_THOUGHT_SIGNATURE',
      'OTHER',
      'NO_IMAGE',
    ]) {
      assert.equal(decode(objectBody('Hi', finish)).at(-1)?.type, 'error', finish);
    }
  });

  it('tells an error, alone or in an array, in its own words', () => {
    const error = geminiError(429, 'RESOURCE_EXHAUSTED', 'Slow down.');
    for (const body of [error, [error], [objectBody('Hi', ''), error]]) {
      const last = decode(body).at(-1);
      assert.equal(last?.type === 'error' && last.error.message, 'Slow down.');
      assert.ok(last?.type === 'error' && last.error.raw.includes('RESOURCE_EXHAUSTED'));
    }
  });

  it('is read from an array of responses, streamed under any cut', async () => {
    const whole = objectBody('Grüße', 'STOP');
    const bytes = Buffer.from(`\n ${JSON.stringify([objectBody('Eins', ''), whole])}`);
    for (const size of [1, 2, 7, 4096]) {
      const message = collectMessage(await eventsOf(codec, cut(bytes, size)));
      assert.deepEqual(message?.content, [{ type: 'text', text: 'EinsGrüße' }]);
    }
    const broken = await eventsOf(codec, [bytes.subarray(0, bytes.length - 9)]);
    assert.deepEqual(
      broken.map((event) => event.type),
      ['error'],
    );
  });

  it('whole but without a finish reason counts as finished when it says something', () => {
    assert.equal(collectMessage(decode(objectBody('Hi', '')))?.stopReason, 'end_turn');
    const empty = decode({ candidates: [{ index: 0 }] }).map((event) => event.type);
    assert.deepEqual(empty, ['message-start']);
  });

  it('never throws, whatever an upstream sends', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const call = `{"functionCall":{"name":"A","args":{"x":${deep}}}}`;
    const odd = [null, 1, 'x', [], [[]], [null], {}, { candidates: 7 }, { candidates: [7] }];
    const bodies: readonly unknown[] = [
      ...odd,
      { candidates: [{ content: 7, finishReason: 7 }] },
      { candidates: [{ content: { parts: [7, null, [], { text: 7 }, { functionCall: 7 }] } }] },
      { promptFeedback: 7, usageMetadata: 7 },
      { candidates: [{ content: { parts: {} } }], usageMetadata: { promptTokenCount: -1 } },
      JSON.parse(deep),
      JSON.parse(`{"a":${deep}}`),
      JSON.parse(`{"error":{"message":"x","more":${deep}}}`),
      JSON.parse(`{"candidates":[{"content":{"parts":[${call}]},"finishReason":"STOP"}]}`),
    ];
    for (const body of bodies) {
      assert.ok(Array.isArray(decode(body)));
      const json = isObject(body) ? JSON.stringify(Object.keys(body)) : '1';
      assert.ok(Array.isArray(await stepsOf(codec, [Buffer.from(`data: ${json}\n\n`)])));
    }
    const frame = `data: {"candidates":[{"content":{"parts":[${call}]}}]}\n\n`;
    const types = (await eventsOf(codec, [Buffer.from(frame)])).map((event) => event.type);
    assert.deepEqual(types, ['error']);
  });

  it('keeps the id of the answer and the name of the model that gave it', () => {
    const { body } = geminiResponse({ text: 'Hi' }, { id: 'r9', model: 'gemini-x' });
    const start = decode(body)[0];
    assert.deepEqual(start?.type === 'message-start' && [start.id, start.model], [
      'r9',
      'gemini-x',
    ]);
  });
});

function objectBody(text: string, finishReason: string): object {
  return { candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason }] };
}
