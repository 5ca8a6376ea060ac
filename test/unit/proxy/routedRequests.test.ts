import assert from 'node:assert/strict';
import { anthropicStream } from '../../support/anthropicAnswers';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';
import { fixtureBody } from './wire/requests';

const messages = [{ role: 'user', content: 'hi' }];
const body = (members: object = {}) => ({ model: 'claude', max_tokens: 100, messages, ...members });
const key = 'test-key-1234567890';

describe('a routed request', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    upstream = await startScriptedUpstream(() => anthropicStream([{ type: 'text', text: 'hi' }]));
    const baseUrl = upstream.url;
    const models = { large: { context: 900_000 }, blind: { images: false }, seeing: {} };
    proxy = await startTestProxy({
      settings: {
        providers: {
          up: { baseUrl, wireFormat: 'anthropic-messages', credential: 'none', models },
          searcher: {
            baseUrl: `${baseUrl}/searcher`,
            wireFormat: 'anthropic-messages',
            models: { m: { serverTools: ['web_search'] } },
          },
        },
        scenarios: {
          default: { models: ['up/blind', 'up/large'] },
          search: { models: ['up/large', 'searcher/m'] },
          nowhere: { models: ['gone/m'] },
        },
      },
      keys: { searcher: key },
    });
  });

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  describe('tells in x-switchyard-route', () => {
    const routeOf = async (members: object): Promise<string> => {
      const response = await proxy.post(body(members));
      await response.text();
      return response.headers.get('x-switchyard-route') ?? '';
    };
    const line = 'scenario=default (no other rule matched) chain=up/blind > up/large';

    it('scenario, reason and chain of a stream, in the words of the log', async () => {
      assert.equal(await routeOf({ stream: true }), line);
      assert.ok(proxy.logs.some((entry) => entry.endsWith(`routing ${line}`)));
    });

    it('the same of a whole answer, of a failure and of a chain that leads nowhere', async () => {
      upstream.answer({ status: 200, body: wholeAnswer });
      assert.equal(await routeOf({}), line);
      upstream.answerAlways({ status: 400, body: { error: { message: 'no' } } });
      assert.equal(await routeOf({}), line);
      assert.match(
        await routeOf({ model: 'scenario:nowhere' }),
        /^scenario=nowhere \(scenario requested by name\) chain=none skipped=gone\/m: no provider/,
      );
    });

    it('what was left out of the chain, and why', async () => {
      const image = {
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
      };
      const seen = await routeOf({ messages: [{ role: 'user', content: [image] }] });
      assert.match(seen, /chain=up\/large skipped=up\/blind: cannot see images$/);
    });

    it('that a name is unknown, as the log does', async () => {
      assert.equal(
        await routeOf({ model: 'scenario:gone' }),
        line.replace('(no', '(no scenario is named "gone"; no'),
      );
      assert.ok(proxy.logs.some((entry) => entry.includes('no scenario is named “gone”')));
    });

    it('one short line of plain letters, whatever the client asks for', async () => {
      const value = await routeOf({
        model: `up/${'日本\r\nx-forged: 1'.repeat(200)}`,
        stream: true,
      });
      assert.match(value, /^[\x20-\x7e]{20,1000}$/);
    });
  });

  describe('for a search', () => {
    const search = fixtureBody('web-search-server-tool');
    const asked = (model: string, members: object = {}) => {
      const recorded: unknown = JSON.parse(search);
      assert.ok(typeof recorded === 'object' && recorded !== null);
      return proxy.post({ ...recorded, model, ...members });
    };

    it('goes to the model of the chain that can search, with its tool as it was', async () => {
      const response = await asked('scenario:search');
      await response.text();
      assert.equal(response.headers.get('x-switchyard-target'), 'searcher/m');
      const [sent] = upstream.requests;
      assert.deepEqual(valueAt(sent?.body, 'tools'), [
        { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
      ]);
      assert.doesNotMatch(sent?.text ?? '', /Not available here/);
    });

    it('is answered in words that no model may search, without any call', async () => {
      const response = await asked('scenario:default');
      assert.equal(response.status, 200);
      const text = await response.text();
      assert.match(text, /event: message_start[\s\S]*event: message_stop/);
      assert.match(text, /Not available: web_search_20250305[^"]*up\/blind, up\/large/);
      assert.equal(upstream.requests.length, 0);
      assert.ok(proxy.logs.some((entry) => /answered here: no model .* web_search/.test(entry)));
    });

    it('is answered so in one piece as well', async () => {
      const response = await asked('scenario:default', { stream: false });
      const answer: unknown = await response.json();
      assert.match(String(valueAt(answer, 'content', 0, 'text')), /invent no results/);
      assert.equal(valueAt(answer, 'stop_reason'), 'end_turn');
    });

    it('leaves a request that only offers the tool to the chain, with a note in its place', async () => {
      const own = { name: 'Bash', description: 'runs', input_schema: { type: 'object' } };
      const offered = { type: 'web_search_20250305', name: 'web_search' };
      await (await proxy.post(body({ tools: [own, offered], stream: true }))).text();
      const [sent] = upstream.requests;
      assert.deepEqual(valueAt(sent?.body, 'tools', 0, 'name'), 'Bash');
      assert.equal(valueAt(sent?.body, 'tools', 1), undefined);
      assert.match(sent?.text ?? '', /Not available here: web_search/);
    });
  });

  it('has its output limit cut to what the target gives, and not at all otherwise', async () => {
    const limitFor = async (maxTokens: number) => {
      await (
        await proxy.post(body({ max_tokens: maxTokens, model: 'demo-limit', stream: true }))
      ).text();
      return valueAt(upstream.requests.at(-1)?.body, 'max_tokens');
    };
    proxy.configure({
      settings: {
        providers: {
          up: {
            baseUrl: upstream.url,
            wireFormat: 'anthropic-messages',
            credential: 'none',
            models: { m: { context: 200_000, maxOutput: 8_000 } },
          },
        },
        scenarios: { default: { models: ['up/m'] } },
      },
    });
    assert.equal(await limitFor(128_000), 8_000);
    assert.equal(await limitFor(8_000), 8_000);
    assert.equal(await limitFor(7_999), 7_999);
    assert.equal(await limitFor(1), 1);
  });
});

const wholeAnswer = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
