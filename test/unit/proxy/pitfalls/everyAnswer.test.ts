import assert from 'node:assert/strict';
import { arrayAt, objectAt, parseJson, stringAt } from '../../../../src/proxy/wire/json';
import { createFakeClock } from '../../../support/fakeClock';
import { OPENAI_CHAT_DONE } from '../../../support/openaiChatAnswers';
import { UPSTREAM_DIALECTS } from '../../../support/upstreamDialects';
import { type ClientOver, clientOver, eventsIn, textIn } from './clientOver';

const counts = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
];

/** The frame with null in place of every count. */
function uncounted(frame: string): string {
  return frame.replace(/^data: (.*)$/m, (_line, data: string) => {
    const isCount = (key: string) => key === 'usage' || key === 'usageMetadata';
    const replacer = (key: string, value: unknown) => (isCount(key) ? null : value);
    return data === '[DONE]'
      ? 'data: [DONE]'
      : `data: ${JSON.stringify(parseJson(data), replacer)}`;
  });
}

for (const dialect of UPSTREAM_DIALECTS) {
  const hello = dialect.stream({ text: 'Hello' });
  /** Enough of the stream for the client to have got the beginning. */
  const begun = hello.slice(0, hello.findIndex((frame) => frame.includes('"Hel"')) + 1);

  describe(`answers over ${dialect.format}, as the client gets them`, () => {
    let over: ClientOver;
    beforeEach(async () => {
      over = await clientOver(dialect.format);
    });
    afterEach(() => over.close());

    const got = async (...sse: readonly string[]): Promise<string> => {
      over.upstream.answer({ sse });
      return (await over.ask()).text();
    };

    it('pitfall 1: every usage is full and numeric, be the upstream’s missing or null', async () => {
      const events = eventsIn(await got(...hello.map(uncounted)));
      const start = events.find(({ type }) => type === 'message_start');
      const delta = events.find(({ type }) => type === 'message_delta');
      for (const usage of [
        objectAt(objectAt(start, 'message'), 'usage'),
        objectAt(delta, 'usage'),
      ]) {
        assert.deepEqual(
          counts.filter((name) => typeof usage?.[name] !== 'number'),
          [],
        );
      }
    });

    it('pitfall 2: cached tokens are not counted as input once more', async () => {
      const sse = dialect.stream({ text: 'Hi' }, { inputTokens: 100, cachedTokens: 90 });
      const usage = objectAt(
        eventsIn(await got(...sse)).find(({ type }) => type === 'message_delta'),
        'usage',
      );
      assert.deepEqual([usage?.['input_tokens'], usage?.['cache_read_input_tokens']], [10, 90]);
    });

    it('pitfall 3: the count that comes last is the one that the client gets', async () => {
      const text = await got(...dialect.stream({ text: 'Hi' }, { outputTokens: 33 }));
      const delta = eventsIn(text).find(({ type }) => type === 'message_delta');
      assert.equal(objectAt(delta, 'usage')?.['output_tokens'], 33);
    });

    it('pitfall 4: a count in the middle ends nothing', async () => {
      const text = await got(
        ...begun,
        dialect.countInTheMiddle,
        dialect.countInTheMiddle,
        ...hello.slice(begun.length),
      );
      assert.equal(textIn(text), 'Hello');
      assert.match(text, /message_stop"\}\s*$/);
    });

    it('pitfall 5: one start and one end, whatever is repeated and whoever failed before', async () => {
      over.upstream.answer({ sse: hello.slice(0, 1) });
      for (const sse of [[hello[0] ?? '', ...hello, ...hello], hello]) {
        const types = eventsIn(await got(...sse)).map(({ type }) => type);
        assert.equal(types.filter((type) => type === 'message_start').length, 1);
        assert.equal(types.filter((type) => type === 'message_stop').length, 1);
      }
    });

    it('pitfall 6: no [DONE] reaches the client', async () => {
      const text = await got(...hello, OPENAI_CHAT_DONE);
      assert.equal(eventsIn(text).at(-1)?.['type'], 'message_stop');
    });

    it('pitfall 7: empty data and comments are no events', async () => {
      const noise = [': keep-alive\n\n', 'data:\n\n', 'data: \n\n', ':\n\n'];
      assert.equal(textIn(await got(...hello.flatMap((frame) => [...noise, frame]))), 'Hello');
    });

    it('pitfall 8: an event that is not JSON ends the answer in an error', async () => {
      const text = await got(...begun, 'data: {"half\n\n', ...hello.slice(begun.length));
      assert.equal(eventsIn(text).at(-1)?.['type'], 'error');
      assert.doesNotMatch(text, /message_stop/);
    });

    it('pitfall 9: a failure behind status 200 is no empty answer', async () => {
      for (const stream of [true, false]) {
        over.upstream.answerAlways({ sse: [...hello.slice(0, 1), dialect.error] });
        const response = await over.ask(stream);
        assert.ok(response.status >= 500, String(response.status));
        assert.doesNotMatch(await response.text(), /end_turn/);
      }
    });

    it('pitfall 10: an error in the stream has exactly the envelope that clients check', async () => {
      const last = eventsIn(await got(...begun, dialect.error)).at(-1);
      assert.deepEqual(Object.keys(last ?? {}), ['type', 'error']);
      assert.deepEqual(Object.keys(objectAt(last, 'error') ?? {}), ['type', 'message']);
    });

    it('pitfall 11: the open block is closed before the error', async () => {
      const types = eventsIn(await got(...begun, dialect.error)).map(({ type }) => type);
      assert.deepEqual(types.slice(-2), ['content_block_stop', 'error']);
    });

    it('pitfall 12: no 200 is sent before the upstream has said something', async () => {
      over.upstream.answerAlways({ sse: [...hello.slice(0, 1), dialect.error] });
      const response = await over.ask();
      assert.ok(response.status >= 500);
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
      const body = parseJson(await response.text());
      assert.equal(stringAt(body, 'type'), 'error');
    });

    it('pitfall 13: an empty stream is a failure, and the next model answers', async () => {
      over.upstream.answer({ sse: [] });
      assert.equal(textIn(await got(...hello)), 'Hello');
      assert.equal(over.upstream.requests.length, 2);
    });

    it('pitfall 15 and pitfall 16: a full context window is a 400 in the client’s words, whatever status it had', async () => {
      const words = [
        'This model’s maximum context length is 1000 tokens, you asked for 2000.',
        'The input token count (2000) exceeds the maximum number of tokens allowed (1000).',
        'prompt is too long: 2000 tokens > 1000 maximum',
      ];
      for (const status of [400, 413, 500]) {
        for (const message of words) {
          over.upstream.answerAlways({ status, body: dialect.refusalBody(message) });
          const response = await over.ask();
          assert.equal(response.status, 400, `${status} ${message}`);
          assert.match(await response.text(), /prompt is too long/);
        }
      }
    });

    it('pitfall 20: a client that wants it whole gets it whole, or the next model’s', async () => {
      const empty = { status: 200, headers: { 'content-type': 'application/json' }, body: '' };
      over.upstream.answer(empty, { status: 200, body: dialect.whole({ text: 'Hello' }) });
      const body = parseJson(await (await over.ask(false)).text());
      assert.deepEqual(arrayAt(body, 'content'), [{ type: 'text', text: 'Hello' }]);
      assert.equal(over.upstream.requests.length, 2);
    });

    it('pitfall 22: a connection that dies in the middle ends the client’s in an error', async () => {
      over.upstream.answer({ sse: begun, thenReset: true });
      const events = eventsIn(await (await over.ask()).text());
      assert.equal(events.at(-1)?.['type'], 'error');
    });
  });

  describe(`a silent upstream over ${dialect.format}`, () => {
    it('pitfall 24: pings do not hide a dead upstream for ever', async () => {
      const clock = createFakeClock();
      const over = await clientOver(dialect.format, { clock, chain: ['one/alpha'] });
      over.upstream.answer({ sse: begun, thenHang: true });
      const reader = (await over.ask()).body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!text.includes('Hel')) text += (await reader?.read())?.value ?? '';
      clock.advance(180_000);
      for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
        text += next.value;
      }
      assert.match(text, /event: ping/);
      assert.equal(objectAt(eventsIn(text).at(-1), 'error')?.['type'], 'timeout_error');
      await over.close();
    });
  });
}
