import assert from 'node:assert/strict';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { isObject, parseJson } from '../../src/proxy/wire/json';
import { anthropicEvent } from '../support/anthropicAnswers';
import { geminiEvent } from '../support/geminiAnswers';
import { assertNoBug, type HostileBench, startHostileBench } from '../support/hostileBench';
import { openaiChatChunk } from '../support/openaiChatAnswers';
import { responsesEvent } from '../support/openaiResponsesAnswers';
import { eventStreamHead, headOf, jsonHead, type Line } from '../support/rawUpstream';
import { UPSTREAM_DIALECTS } from '../support/upstreamDialects';

const megabyte = 1024 * 1024;
/** What lies in the buffers of both ends of a connection that nobody reads. */
const inFlightBytes = 16 * megabyte;

const sayingAll = (head: string, ...parts: readonly (string | Uint8Array)[]) =>
  async function send(line: Line) {
    for (const part of [head, ...parts]) if (!(await line.send(part))) return;
    line.end();
  };

describe('the body of a hostile upstream’s answer', () => {
  let bench: HostileBench;
  beforeEach(async () => {
    bench = await startHostileBench();
  });
  afterEach(async () => {
    assertNoBug(bench);
    await bench.close();
  });

  it('is not read to its end when it is an error of 100 MB', async () => {
    const answer = await bench.ask(async (line) => {
      await line.send(headOf('400 Bad', { 'content-length': String(100 * megabyte) }));
      await line.send('{"error":{"message":"too bad"},"x":"');
      await line.flood(Buffer.alloc(megabyte, 'a'), 100);
    });
    assert.equal(answer.status, 400);
    assert.match(answer.error, /too bad/);
    await bench.upstream.whenPlayed();
    assert.ok(bench.upstream.sentBytes() < inFlightBytes, String(bench.upstream.sentBytes()));
  });

  it('is not read on behind its end marker', async () => {
    for (const dialect of UPSTREAM_DIALECTS) {
      const before = bench.upstream.sentBytes();
      const more = dialect.stream({ text: 'and more' }).join('');
      const answer = await bench.ask(
        async (line) => {
          await line.send(eventStreamHead + dialect.stream({ text: 'hello' }).join(''));
          await line.flood(more.repeat(1000), 1e5);
        },
        { format: dialect.format },
      );
      assert.equal(answer.body.split('"type":"message_stop"').length, 2, dialect.format);
      assert.ok(!answer.body.includes('and more'));
      await bench.upstream.whenPlayed();
      assert.ok(bench.upstream.sentBytes() - before < inFlightBytes);
    }
  });

  const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const compressors = {
    gzip: (text: string) => gzipSync(text),
    deflate: (text: string) => deflateSync(text),
    br: (text: string) => brotliCompressSync(text, quickly),
  } as const;
  for (const [encoding, compress] of Object.entries(compressors)) {
    it(`may be a ${encoding} bomb in an error, which is read as far as it is needed`, async () => {
      const bomb = compress(`{"error":{"message":"boom"}}${' '.repeat(64 * megabyte)}`);
      const head = headOf('400 Bad', { 'content-encoding': encoding });
      const answer = await bench.ask(sayingAll(head, bomb));
      assert.equal(answer.status, 400);
      assert.match(answer.error, /^boom/);
    });

    it(`may be a ${encoding} bomb in place of an answer, which ends at the limits`, async () => {
      const bombs = [`: ${'p'.repeat(1000)}\n\n`, ' ', 'x', 'data: {}\n'].map((text) =>
        compress(text.repeat((40 * megabyte) / text.length)),
      );
      for (const bomb of bombs) {
        for (const stream of [true, false]) {
          const head = headOf('200 OK', {
            'content-encoding': encoding,
            'content-type': stream ? 'text/event-stream' : 'application/json',
          });
          const answer = await bench.ask(sayingAll(head, bomb), { stream });
          assert.equal(answer.status, 502);
          assert.match(answer.error, /broke off/);
        }
      }
    }).timeout(60_000);
  }

  it('may not be white space for ever', async () => {
    const answer = await bench.ask(async (line) => {
      await line.send(eventStreamHead);
      await line.flood(' '.repeat(megabyte));
    });
    assert.equal(answer.status, 502);
    assert.match(answer.error, /longer than 16 MiB/);
    await bench.upstream.whenPlayed();
  });

  for (const { format, stream } of UPSTREAM_DIALECTS) {
    const frames = stream({ text: 'hello there' });
    const beginning = frames.slice(0, frames.findIndex((frame) => frame.includes('hello')) + 1);

    it(`may not be comments for ever (${format})`, async () => {
      for (const first of ['', beginning.join('')]) {
        const answer = await bench.ask(
          async (line) => {
            await line.send(eventStreamHead + first);
            await line.flood(`: ${'p'.repeat(100)}\n\n`.repeat(10_000));
          },
          { format },
        );
        assert.match(answer.error, /32 MiB of the answer said nothing/);
        await bench.upstream.whenPlayed();
      }
    }).timeout(60_000);

    it(`may not be one line for ever (${format})`, async () => {
      const answer = await bench.ask(
        async (line) => {
          await line.send(`${eventStreamHead}${beginning.join('')}data: {"x":"`);
          await line.flood('a'.repeat(megabyte));
        },
        { format },
      );
      assert.match(answer.error, /longer than 16 MiB/);
      await bench.upstream.whenPlayed();
    });

    it(`may not be text for ever, though a client may read as long as it likes (${format})`, async () => {
      const more = moreText[format];
      const answer = await bench.ask(
        async (line) => {
          await line.send(eventStreamHead + beginning.join(''));
          await line.flood(more('a'.repeat(megabyte)));
        },
        { format, stream: false },
      );
      assert.match(answer.error, /larger than 64 MiB/);
      await bench.upstream.whenPlayed();
    });

    it(`may not be the input of one tool for ever (${format})`, async () => {
      const { first, more } = endlessInput[format];
      const answer = await bench.ask(
        async (line) => {
          await line.send(eventStreamHead + first);
          await line.flood(more('a'.repeat(megabyte)));
        },
        { format },
      );
      assert.match(answer.error, /broke off/);
      // A client would have to keep all of it.
      assert.ok(answer.body.length < 20 * megabyte, String(answer.body.length));
      await bench.upstream.whenPlayed();
    }).timeout(60_000);

    it(`may be nested as deeply as it likes and is a failure (${format})`, async () => {
      const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
      const object = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
      // In place of the input's only value, however the format writes it.
      const said = stream({ tools: [{ id: 'c', name: 'Read', input: { path: 7654321 } }] });
      const answers = [
        `${eventStreamHead}data: ${deep}\n\n`,
        `${eventStreamHead}data: ${object}\n\n`,
        `${eventStreamHead}${beginning.join('')}data: {"type":"x","error":${object}}\n\n`,
        `${jsonHead}{"x":${deep}}`,
        `${jsonHead}{"error":{"message":"m","x":${deep}}}`,
        ...['400 Bad', '500 Oops'].map((status) => `${headOf(status)}{"error":${object}}`),
        eventStreamHead + said.join('').replaceAll('7654321', deep),
      ];
      for (const [index, answer] of answers.entries()) {
        for (const isStream of [true, false]) {
          const got = await bench.ask(sayingAll(answer), { format, stream: isStream });
          assert.notEqual(got.error, '', `${index} ${got.body.slice(0, 200)}`);
          assert.ok(got.error.length < 1_000, String(index));
        }
      }
    });

    it(`keeps the names that every object has, and no object gets them (${format})`, async () => {
      const input =
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"toString":"x"}';
      const tool = { id: 'c', name: 'constructor', input: parseJson(input) };
      for (const isStream of [true, false]) {
        const body = isStream
          ? eventStreamHead + stream({ tools: [tool] }).join('')
          : jsonHead + JSON.stringify(dialectOf(format).whole({ tools: [tool] }));
        const answer = await bench.ask(sayingAll(body), { format, stream: isStream });
        assert.equal(answer.status, 200);
        const got = isStream ? streamedInput(answer.body) : wholeInput(answer.body);
        assert.equal(JSON.stringify(got), input);
      }
      assert.equal(Reflect.get({}, 'polluted'), undefined);
      assert.deepEqual(Object.keys(Object.prototype), []);
    });

    it(`may hold bytes and halves of letters that are none (${format})`, async () => {
      const odd = ['\\ud800', '\\udfff\\ud83d', '\\u0000', '\\u2028', 'ÿþ'];
      for (const text of odd) {
        const said = stream({ text: '@@' }).join('').replaceAll('@@', `a${text}b`);
        const bytes = Buffer.from(said.replaceAll('ÿþ', '\u00ff\u00fe'), 'latin1');
        const answer = await bench.ask(sayingAll(eventStreamHead, bytes), { format });
        assert.equal(answer.error, '', text);
        assert.match(answer.body, /message_stop/);
      }
    });

    it(`counts nothing below zero, beyond reason or without a number (${format})`, async () => {
      const odd = ['-5', '1e308', '1e400', '9007199254740993', '"12"', 'null', '[]', '{}', 'true'];
      for (const number of odd) {
        for (const isStream of [true, false]) {
          const body = isStream
            ? eventStreamHead + stream({ text: 'hi' }).join('')
            : jsonHead + JSON.stringify(dialectOf(format).whole({ text: 'hi' }));
          const said = body.replace(
            /"(\w*(?:tokens|Tokens|TokenCount)\w*)":\d+/g,
            `"$1":${number}`,
          );
          assert.notEqual(said, body);
          const answer = await bench.ask(sayingAll(said), { format, stream: isStream });
          assert.equal(answer.status, 200);
          const counts = [...answer.body.matchAll(/"\w*_tokens":([^,}]*)/g)].map(([, one]) => one);
          assert.ok(counts.length > 0);
          for (const count of counts) assert.match(count ?? '', /^(?:\d{1,16}|null)$/, number);
        }
      }
    });
  }

  // The other two formats keep nothing of a call once it has been passed on.
  for (const format of ['openai-chat', 'openai-responses'] as const) {
    it(`may not be a thousand tool calls and more (${format})`, async () => {
      const answer = await bench.ask(
        async (line) => {
          await line.send(eventStreamHead);
          for (let index = 0; index < 2_000; index += 1) {
            await line.send(oneCall[format](index));
          }
          await line.send(ends[format]);
          line.end();
        },
        { format, stream: false },
      );
      assert.equal(answer.status, 502);
      assert.match(answer.error, /broke off/);
    }).timeout(60_000);
  }

  it('is alive as long as it says something, and pings say nothing for ever', async () => {
    const frames = dialectOf('anthropic-messages').stream({ text: 'hello there' });
    const beginning = frames.slice(0, 3).join('');
    const ping = 'event: ping\ndata: {"type":"ping"}\n\n';
    let pings = 0;
    const answer = await bench.ask(
      async (line) => {
        await line.send(eventStreamHead + beginning);
        // Each a minute after the last: well within the idle time.
        while (await line.send(ping)) {
          pings += 1;
          await new Promise((resolve) => setImmediate(resolve));
          bench.clock.advance(60_000);
        }
      },
      { format: 'anthropic-messages' },
    );
    assert.match(answer.error, /^Nothing more .* within 30 min/);
    assert.ok(pings >= 30);
  });
});

function dialectOf(format: string) {
  const dialect = UPSTREAM_DIALECTS.find((one) => one.format === format);
  assert.ok(dialect !== undefined);
  return dialect;
}

function streamedInput(body: string): unknown {
  const pieces = [...body.matchAll(/"partial_json":("(?:[^"\\]|\\.)*")/g)].map(([, json]) =>
    parseJson(json ?? ''),
  );
  return parseJson(pieces.join(''));
}

function wholeInput(body: string): unknown {
  const message = parseJson(body);
  const content = isObject(message) && Array.isArray(message['content']) ? message['content'] : [];
  const block: unknown = content.find((one) => isObject(one) && one['type'] === 'tool_use');
  return isObject(block) ? block['input'] : undefined;
}

const moreText = {
  'anthropic-messages': (text: string) =>
    anthropicEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  'openai-chat': (text: string) => openaiChatChunk({ choices: [{ delta: { content: text } }] }),
  'openai-responses': (delta: string) =>
    responsesEvent('response.output_text.delta', { output_index: 0, delta }),
  gemini: (text: string) => geminiEvent({ candidates: [{ content: { parts: [{ text }] } }] }),
} as const;

const chatCall = (fields: object, index = 0) =>
  openaiChatChunk({ choices: [{ delta: { tool_calls: [{ index, ...fields }] } }] });

const endlessInput = {
  'anthropic-messages': {
    first:
      anthropicEvent('message_start', {
        message: { id: 'm', type: 'message', usage: { input_tokens: 1, output_tokens: 1 } },
      }) +
      anthropicEvent('content_block_start', {
        index: 0,
        content_block: { type: 'tool_use', id: 'c', name: 'Read', input: {} },
      }),
    more: (text: string) =>
      anthropicEvent('content_block_delta', {
        index: 0,
        delta: { type: 'input_json_delta', partial_json: `{"a":"${text}` },
      }),
  },
  'openai-chat': {
    first: chatCall({ id: 'c', function: { name: 'Read', arguments: '{"a":"' } }),
    more: (text: string) => chatCall({ function: { arguments: text } }),
  },
  'openai-responses': {
    first: responsesEvent('response.output_item.added', {
      output_index: 0,
      item: { type: 'function_call', id: 'i', call_id: 'c', name: 'Read' },
    }),
    more: (delta: string) =>
      responsesEvent('response.function_call_arguments.delta', { output_index: 0, delta }),
  },
  gemini: {
    first: 'data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"Read","args":{"a":"',
    more: (text: string) => text,
  },
} as const;

const oneCall = {
  'openai-chat': (index: number) =>
    chatCall({ id: `c${index}`, function: { name: 'Read', arguments: '{"a":1}' } }, index),
  'openai-responses': (index: number) =>
    responsesEvent('response.output_item.done', {
      output_index: index,
      item: {
        type: 'function_call',
        id: `i${index}`,
        call_id: `c${index}`,
        name: 'Read',
        arguments: '{"a":1}',
      },
    }),
} as const;

const ends = {
  'openai-chat': openaiChatChunk({ choices: [{ delta: {}, finish_reason: 'tool_calls' }] }),
  'openai-responses': responsesEvent('response.completed', { response: { output: [] } }),
} as const;
