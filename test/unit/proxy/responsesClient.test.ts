// OpenAI's own SDK as the judge: what it parses must be what the upstream meant, in whatever format the upstream spoke.
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { anthropicMessage, anthropicText } from '../../support/anthropicAnswers';
import { createFakeClock } from '../../support/fakeClock';
import { deferred } from '../../support/processes';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../../support/testProxy';
import {
  type Ending,
  type Said,
  UPSTREAM_DIALECTS,
  type UpstreamDialect,
} from '../../support/upstreamDialects';
import { OPENCODE_CONSOLE_ERRORS } from '../../support/upstreamErrors';

const toolsSaid = [
  { id: 'call_a', name: 'Read', input: { path: '/ü', deep: [{ x: null }] } },
  { id: 'call_b', name: 'Bash', input: { command: 'ls "x"' } },
];
const tools = toolsSaid.map(({ name }) => ({
  type: 'function' as const,
  name,
  strict: false,
  parameters: { type: 'object', properties: {} },
}));
const question = { model: 'some-model', input: 'Hi', tools };

interface Case {
  readonly said: Said;
  readonly ending?: Ending;
  readonly status?: 'incomplete';
}

const cases: Readonly<Record<string, Case>> = {
  'a text': { said: { text: 'Grüße 🌍, "all".' } },
  'thinking before a text': { said: { thinking: 'Hm, well.', text: 'Yes.' } },
  'two tool calls at once': { said: { text: 'Look.', tools: toolsSaid } },
  'thinking before a tool call': { said: { thinking: 'Hm.', tools: toolsSaid.slice(0, 1) } },
  'a refusal': { said: { text: 'No.' }, ending: { stop: 'refusal' }, status: 'incomplete' },
  'an answer cut off at the limit': {
    said: { text: 'Half of' },
    ending: { stop: 'max_tokens' },
    status: 'incomplete',
  },
  'an answer from a cache': {
    said: { text: 'Hi' },
    ending: { inputTokens: 100, cachedTokens: 90, outputTokens: 33 },
  },
};

/** What the SDK understood, in the words in which the upstream was told to speak. */
function understood(response: OpenAI.Responses.Response): Said {
  const thinking = response.output
    .flatMap((item) => (item.type === 'reasoning' ? item.summary : []))
    .map((part) => part.text)
    .join('');
  const calls = response.output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) }]
      : [],
  );
  return {
    ...(thinking === '' ? {} : { thinking }),
    ...(response.output_text === '' ? {} : { text: response.output_text }),
    ...(calls.length === 0 ? {} : { tools: calls }),
  };
}

function assertMeant(response: OpenAI.Responses.Response, { said, ending = {}, status }: Case) {
  assert.deepEqual(understood(response), said);
  assert.equal(response.status, status ?? 'completed');
  const { inputTokens = 12, cachedTokens = 0, outputTokens = 7 } = ending;
  assert.equal(response.usage?.input_tokens, inputTokens);
  assert.equal(response.usage.input_tokens_details.cached_tokens, cachedTokens);
  assert.equal(response.usage.output_tokens, outputTokens);
}

async function failureOf(promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await promise;
  } catch (error: unknown) {
    assert.ok(error instanceof OpenAI.APIError, String(error));
    return error;
  }
  return assert.fail('there was no error');
}

function judge(dialect: UpstreamDialect): void {
  describe(`OpenAI’s SDK, POST /v1/responses over ${dialect.format}`, () => {
    let upstream: ScriptedUpstream;
    let proxy: TestProxy;
    let sdk: OpenAI;
    before(async () => {
      upstream = await startScriptedUpstream();
      proxy = await startWith(upstream, dialect.format);
      sdk = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: testToken });
    });
    after(async () => {
      await proxy.close();
      await upstream.close();
    });

    for (const [what, oneCase] of Object.entries(cases)) {
      it(`gets ${what}, whole`, async () => {
        upstream.answer({ status: 200, body: dialect.whole(oneCase.said, oneCase.ending) });
        assertMeant(await sdk.responses.create(question), oneCase);
      });

      it(`gets ${what}, with its streaming helper`, async () => {
        upstream.answer({ sse: dialect.stream(oneCase.said, oneCase.ending) });
        const stream = sdk.responses.stream(question);
        let text = '';
        stream.on('response.output_text.delta', ({ delta }) => {
          text += delta;
        });
        assertMeant(await stream.finalResponse(), oneCase);
        assert.equal(text, oneCase.said.text ?? '');
      });
    }

    it('sends a whole turn back so that the upstream finds the outputs of its calls', async () => {
      upstream.answer({ sse: dialect.stream({ thinking: 'Hm.', tools: toolsSaid }) });
      const include: OpenAI.Responses.ResponseIncludable[] = ['reasoning.encrypted_content'];
      const first = await sdk.responses.stream({ ...question, include }).finalResponse();
      upstream.answer({ status: 200, body: dialect.whole({ text: 'Fine.' }) });
      const outputs = toolsSaid.map(({ id }) => ({
        type: 'function_call_output' as const,
        call_id: id,
        output: `output of ${id}`,
      }));
      const history = first.output.flatMap((item) =>
        item.type === 'function_call' || item.type === 'reasoning' ? [item] : [],
      );
      const input = [{ role: 'user' as const, content: 'Hi' }, ...history, ...outputs];
      const second = await sdk.responses.create({ ...question, include, input });
      assert.equal(second.output_text, 'Fine.');
      const sent = upstream.requests.at(-1)?.text ?? '';
      const places = ['/ü', 'ls ', 'output of call_a', 'output of call_b'].map((said) =>
        sent.indexOf(said),
      );
      assert.ok(places.every((place) => place > 0));
      assert.deepEqual(
        places,
        places.toSorted((left, right) => left - right),
      );
    });

    it('gets an error in the stream as response.failed, after what was said', async () => {
      const events = dialect.stream({ text: 'Hello there' });
      const broken = events.slice(0, events.findIndex((event) => event.includes('Hello')) + 1);
      upstream.answer({ sse: [...broken, dialect.error] });
      const stream = await sdk.responses.create({ ...question, stream: true });
      const seen: OpenAI.Responses.ResponseStreamEvent[] = [];
      for await (const event of stream) seen.push(event);
      assert.ok(seen.some((event) => event.type === 'response.output_text.delta'));
      const last = seen.at(-1);
      assert.equal(last?.type, 'response.failed');
      assert.equal(last.response.status, 'failed');
      assert.match(last.response.error?.message ?? '', /\w/);
    });
  });
}

for (const dialect of UPSTREAM_DIALECTS) judge(dialect);

/** A proxy whose chain is one model of this format, without a key. */
function startWith(
  upstream: ScriptedUpstream,
  wireFormat: UpstreamDialect['format'],
): Promise<TestProxy> {
  const facts = { context: 200_000, maxOutput: 64_000, images: true };
  const plain = {
    baseUrl: upstream.url,
    credential: 'none',
    wireFormat,
    models: { 'the-model': facts },
  };
  const route = { models: ['plain/the-model'] };
  return startTestProxy({
    settings: { providers: { plain }, scenarios: { default: route, think: route, vision: route } },
  });
}

describe('POST /v1/responses', () => {
  const key = 'sk-test-0123456789abcdefghij';
  const chain = ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code'];
  const clock = createFakeClock();
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;
  let sdk: OpenAI;

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    proxy = await startTestProxy({
      keys: { opencode: key },
      clock,
      settings: {
        providers: {
          'opencode-go': { baseUrl: upstream.url },
          plain: {
            baseUrl: upstream.url,
            credential: 'none',
            wireFormat: 'anthropic-messages',
          },
        },
        scenarios: { default: { models: chain } },
      },
    });
    sdk = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: testToken });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  const toPlain = () =>
    proxy.configure({ settings: { scenarios: { default: { models: ['plain/claude-x'] } } } });
  const post = (body: object, path = '/v1/responses') =>
    proxy.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  for (const stream of [true, false]) {
    const kind = stream ? 'streaming' : 'non-streaming';

    it(`${kind}: a rejected key is one 400 with our sentence, one upstream call, then none`, async () => {
      upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.invalidKey);
      const error = await failureOf(sdk.responses.create({ ...question, stream }));
      assert.equal(error.status, 400);
      assert.equal(error.code, 'invalid_api_key');
      assert.equal(error.type, 'authentication_error');
      assert.match(error.message, /OpenCode rejected the API key\. Run “Switchyard: Set API Key”/);
      assert.equal(upstream.requests.length, 1);
      await failureOf(sdk.responses.create({ ...question, stream }));
      assert.equal(upstream.requests.length, 1);
      assert.equal(proxy.notices.length, 1);
    });

    it(`${kind}: a plan’s limit is a 400 too`, async () => {
      upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours);
      const error = await failureOf(sdk.responses.create({ ...question, stream }));
      assert.equal(error.status, 400);
      assert.match(error.message, /OpenCode Go/);
      assert.equal(upstream.requests.length, 1);
    });
  }

  it('tells that all are busy with 503, which OpenAI’s clients know', async () => {
    upstream.answerAlways({ status: 503, body: { error: { message: 'busy' } } });
    const response = await post(question);
    assert.equal(response.status, 503);
    assert.equal(valueAt(await response.json(), 'error', 'type'), 'overloaded_error');
    assert.equal(upstream.requests.length, chain.length);
  });

  it('keeps a waiting client with a comment and fails inside the stream afterwards', async () => {
    const { promise, resolve } = deferred<void>();
    upstream.answer(async () => {
      clock.advance(16_000);
      await promise;
      return OPENCODE_CONSOLE_ERRORS.invalidKey;
    });
    const response = await post({ ...question, stream: true });
    assert.equal(response.status, 200);
    resolve();
    const [ping, ...frames] = (await response.text()).trimEnd().split('\n\n');
    assert.equal(ping, ': ping');
    assert.match(frames[0] ?? '', /^event: response\.created\n/);
    assert.match(frames.at(-1) ?? '', /^event: response\.failed\n.*rejected the API key/s);
  });

  it('serves the path without /v1 too', async () => {
    toPlain();
    upstream.answerAlways(anthropicMessage([{ type: 'text', text: 'Hello' }]));
    const response = await post(question, '/responses');
    assert.equal(valueAt(await response.json(), 'output', 0, 'content', 0, 'text'), 'Hello');
  });

  it('gives Anthropic its thinking back with the signature that it minted', async () => {
    toPlain();
    const block = { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmF0dXJl' } as const;
    upstream.answer(anthropicMessage([block, { type: 'text', text: 'Yes.' }]));
    const include: OpenAI.Responses.ResponseIncludable[] = ['reasoning.encrypted_content'];
    const { output } = await sdk.responses.create({ ...question, include });
    upstream.answer(anthropicText('Again.'));
    const reasoning = output.flatMap((item) => (item.type === 'reasoning' ? [item] : []));
    const input = [
      { role: 'user' as const, content: 'Hi' },
      ...reasoning,
      { role: 'assistant' as const, content: 'Yes.' },
      { role: 'user' as const, content: 'Sure?' },
    ];
    const stream = await sdk.responses.create({ ...question, input, stream: true });
    for await (const _event of stream);
    const sent = upstream.requests.at(-1)?.body;
    assert.deepEqual(valueAt(sent, 'messages', 1, 'content', 0), block);
  });

  it('refuses what leans on stored responses, in the shape of OpenAI, without any call', async () => {
    const asked = { ...question, previous_response_id: 'resp_1' };
    const error = await failureOf(sdk.responses.create(asked));
    assert.equal(error.status, 400);
    assert.match(error.message, /previous_response_id: Switchyard keeps nothing/);
    assert.equal(upstream.requests.length, 0);
  });

  it('refuses a wrong access token in the shape of OpenAI', async () => {
    const stranger = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: 'wrong', maxRetries: 0 });
    const error = await failureOf(stranger.responses.create(question));
    assert.equal(error.status, 401);
    assert.match(error.message, /\w/);
  });
});
