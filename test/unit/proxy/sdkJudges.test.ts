// Anthropic's own SDK as the judge: what it parses must be what the upstream meant, in whatever format the upstream spoke.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../../support/testProxy';
import {
  type Ending,
  type Said,
  UPSTREAM_DIALECTS,
  type UpstreamDialect,
} from '../../support/upstreamDialects';

const question: Anthropic.MessageCreateParamsNonStreaming = {
  model: 'claude-opus-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hi' }],
};

const tools = [
  { id: 'call_a', name: 'Read', input: { path: '/ü', deep: [{ x: null }] } },
  { id: 'call_b', name: 'Bash', input: { command: 'ls "x"' } },
];

interface Case {
  readonly said: Said;
  readonly ending?: Ending;
  readonly stop: Anthropic.StopReason;
}

const cases: Readonly<Record<string, Case>> = {
  'a text': { said: { text: 'Grüße 🌍, "all".' }, stop: 'end_turn' },
  'thinking before a text': { said: { thinking: 'Hm, well.', text: 'Yes.' }, stop: 'end_turn' },
  'two tool calls at once': { said: { text: 'Look.', tools }, stop: 'tool_use' },
  'thinking before a tool call': {
    said: { thinking: 'Hm.', tools: tools.slice(0, 1) },
    stop: 'tool_use',
  },
  'a refusal': { said: { text: 'No.' }, ending: { stop: 'refusal' }, stop: 'refusal' },
  'an answer cut off at the limit': {
    said: { text: 'Half of' },
    ending: { stop: 'max_tokens' },
    stop: 'max_tokens',
  },
  'an answer from a cache': {
    said: { text: 'Hi' },
    ending: { inputTokens: 100, cachedTokens: 90, outputTokens: 33 },
    stop: 'end_turn',
  },
};

/** What the SDK understood, in the words in which the upstream was told to speak. */
function understood({ content }: Anthropic.Message): Said {
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
  const thinking = content
    .flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []))
    .join('');
  const calls = content.flatMap((block) =>
    block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
  );
  return {
    ...(thinking === '' ? {} : { thinking }),
    ...(text === '' ? {} : { text }),
    ...(calls.length === 0 ? {} : { tools: calls }),
  };
}

function assertMeant(message: Anthropic.Message, { said, ending = {}, stop }: Case): void {
  assert.deepEqual(understood(message), said);
  assert.equal(message.stop_reason, stop);
  const { inputTokens = 12, cachedTokens = 0, outputTokens = 7 } = ending;
  const { usage } = message;
  assert.deepEqual(
    [usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens],
    [inputTokens - cachedTokens, cachedTokens, outputTokens],
  );
}

function judge(dialect: UpstreamDialect): void {
  describe(`Anthropic’s SDK over ${dialect.format}`, () => {
    let upstream: ScriptedUpstream;
    let proxy: TestProxy;
    let client: Anthropic;

    beforeEach(async () => {
      upstream = await startScriptedUpstream();
      proxy = await startTestProxy({
        settings: {
          providers: {
            one: { baseUrl: upstream.url, wireFormat: dialect.format, credential: 'slot' },
          },
          scenarios: { default: { models: ['one/alpha'] } },
        },
        keys: { slot: 'sk-test-0123456789abcdef' },
      });
      client = new Anthropic({ baseURL: proxy.url, authToken: testToken, maxRetries: 0 });
    });
    afterEach(async () => {
      await proxy.close();
      await upstream.close();
    });

    for (const [what, expected] of Object.entries(cases)) {
      it(`gets ${what}, whole`, async () => {
        upstream.answer({ status: 200, body: dialect.whole(expected.said, expected.ending) });
        assertMeant(await client.messages.create(question), expected);
      });

      it(`gets ${what}, streamed`, async () => {
        upstream.answer({ sse: dialect.stream(expected.said, expected.ending) });
        const stream = client.messages.stream(question);
        const pieces = { text: '', thinking: '', json: '' };
        stream.on('text', (piece) => (pieces.text += piece));
        stream.on('thinking', (piece) => (pieces.thinking += piece));
        stream.on('inputJson', (piece) => (pieces.json += piece));
        assertMeant(await stream.finalMessage(), expected);
        const { text = '', thinking = '', tools: called = [] } = expected.said;
        assert.deepEqual(pieces, {
          text,
          thinking,
          json: called.map(({ input }) => JSON.stringify(input)).join(''),
        });
      });
    }

    it('sends its tool results back where the upstream looks for them', async () => {
      upstream.answer({ sse: dialect.stream({ tools }) }, { sse: dialect.stream({ text: 'Ok' }) });
      const first = await client.messages.stream(question).finalMessage();
      const results = tools.map(({ id }) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: `Result of ${id}`,
      }));
      const messages = [
        ...question.messages,
        { role: 'assistant' as const, content: first.content },
        { role: 'user' as const, content: results },
      ];
      const second = await client.messages.stream({ ...question, messages }).finalMessage();
      assert.deepEqual(understood(second), { text: 'Ok' });
      const sent = upstream.requests[1]?.text ?? '';
      for (const { id } of tools) {
        assert.ok(sent.includes(`Result of ${id}`), sent);
      }
    });

    it('gets an error before the stream as an error with its status', async () => {
      upstream.answerAlways({ status: 400, body: dialect.refusalBody('The tool schema is odd.') });
      for (const ask of [
        () => client.messages.create(question),
        () => client.messages.stream(question).finalMessage(),
      ]) {
        await assert.rejects(ask, (error) => {
          assert.ok(error instanceof Anthropic.BadRequestError, String(error));
          assert.match(error.message, /The tool schema is odd/);
          return true;
        });
      }
    });

    it('gets an error in the stream as an error, after what was said', async () => {
      const frames = dialect.stream({ text: 'Half of it' });
      const begun = frames.slice(0, frames.findIndex((frame) => frame.includes('Half')) + 1);
      upstream.answer({ sse: [...begun, dialect.error] });
      const stream = client.messages.stream(question);
      let text = '';
      stream.on('text', (piece) => (text += piece));
      await assert.rejects(stream.finalMessage(), (error) => {
        assert.ok(error instanceof Anthropic.APIError, String(error));
        assert.match(error.message, /"overloaded_error"/);
        return true;
      });
      assert.match(text, /^Half/);
    });
  });
}

for (const dialect of UPSTREAM_DIALECTS) {
  judge(dialect);
}
