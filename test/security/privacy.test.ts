import assert from 'node:assert/strict';
import { jsonSchemas } from '../../src/config/manifest';
import { presentStatus } from '../../src/ui/statusPresentation';
import { anthropicEvent, anthropicSse, anthropicText } from '../support/anthropicAnswers';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../support/testProxy';

// Prompts and answers are written nowhere, unless a person switches the content log on.

const prompt = 'the canary prompt about our secret merger, "quoted"';
const answer = 'the canary answer about our secret merger';
const key = 'sk-canary-0123456789abcdef';

function bodyOf(stream: boolean, text = prompt): object {
  const messages = [{ role: 'user', content: text }];
  return { model: 'any', max_tokens: 50, stream, messages };
}

describe('the content of requests and answers', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  async function start(logContent: boolean): Promise<void> {
    proxy = await startTestProxy({
      keys: { opencode: key },
      settings: {
        logContent,
        providers: { 'opencode-go': { baseUrl: upstream.url, wireFormat: 'anthropic-messages' } },
        scenarios: { default: { models: ['opencode-go/a', 'opencode-go/b'] } },
      },
    });
  }

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  function told(): string {
    const { logs, notices, reports, rests, traces } = proxy;
    return [...logs, JSON.stringify({ notices, reports, rests, traces })].join('\n');
  }

  it('is in no log line, notification, report or stored rest, at any level', async () => {
    await start(false);
    for (const stream of [true, false]) {
      upstream.answer(anthropicText(answer));
      assert.match(await (await proxy.post(bodyOf(stream))).text(), /canary answer/);
    }
    assert.match(told(), /served by/);
    assert.doesNotMatch(told(), /canary|merger/);
  });

  for (const status of [400, 401, 402, 403, 404, 429, 500]) {
    it(`is not there either after a ${status} that repeats it`, async () => {
      await start(false);
      const message = `cannot answer: ${JSON.stringify({ content: prompt })}`;
      upstream.answerAlways({ status, body: { error: { type: 'some_error', message } } });
      await (await proxy.post(bodyOf(true))).text();
      assert.match(told(), /failed \w+ status=/);
      assert.doesNotMatch(told(), /canary|merger/);
    });
  }

  it('leaves the upstream’s own words in the log at level debug', async () => {
    await start(false);
    const message = 'temperature must not be above one';
    upstream.answerAlways({ status: 400, body: { error: { message } } });
    await (await proxy.post(bodyOf(true))).text();
    assert.ok(proxy.logs.some((line) => line.startsWith('[debug]') && line.includes(message)));
  });

  it('is in the log at level debug, and nowhere else, while a person wants it', async () => {
    await start(true);
    for (const stream of [true, false]) {
      upstream.answer({
        sse: anthropicSse([
          { type: 'thinking', thinking: 'canary thought' },
          { type: 'text', text: answer },
          { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'canary command' } },
        ]),
      });
      await (await proxy.post(bodyOf(stream))).text();
    }
    const holding = proxy.logs.filter((line) => /canary|merger/.test(line));
    assert.equal(holding.length, 4);
    assert.ok(
      holding.every((line) => /^\[debug\] request \w{4} content (asked|answered): "/.test(line)),
    );
    assert.match(holding[1] ?? '', /canary thought.*canary answer.*Bash .*canary command/);
    const { notices, reports, rests, traces } = proxy;
    assert.doesNotMatch(JSON.stringify({ notices, reports, rests, traces }), /canary|merger/);
  });

  it('is cut to a bound, without keys and on one line, in the content log', async () => {
    await start(true);
    const long = `${key}\n[info] forged line\n${'x'.repeat(40_000)}`;
    upstream.answer(anthropicText(long));
    await (await proxy.post(bodyOf(true, `${key} ${'y'.repeat(40_000)}`))).text();
    const holding = proxy.logs.filter((line) => line.includes(' content '));
    assert.equal(holding.length, 2);
    for (const line of holding) {
      assert.ok(line.length < 17_000, `${line.length}`);
      assert.match(line, /\(and \d{5} more characters\)$/);
      assert.ok(!line.includes(key));
      assert.ok(!line.includes('\n'));
    }
    // In whatever pieces the answer came; its end is a line of its own.
    assert.ok(holding[1]?.endsWith(`(and ${long.length + 1 - 16_000} more characters)`));
  });

  it('is written for an answer that breaks off, too', async () => {
    await start(true);
    const error = anthropicEvent('error', { error: { type: 'api_error', message: 'oh' } });
    upstream.answer({ sse: [...anthropicText(answer).sse.slice(0, 3), error] });
    await (await proxy.post(bodyOf(true))).text();
    assert.ok(proxy.logs.some((line) => line.includes('content answered: "the canary')));
  });

  it('is written as soon and as long as the setting says', async () => {
    await start(false);
    const ask = async () => {
      upstream.answer(anthropicText(answer));
      await (await proxy.post(bodyOf(true))).text();
      return proxy.logs.filter((line) => line.includes(' content ')).length;
    };
    assert.equal(await ask(), 0);
    proxy.configure({ settings: { logContent: true } });
    assert.equal(await ask(), 2);
    proxy.configure({ settings: { logContent: false } });
    assert.equal(await ask(), 2);
  });

  it('is told in the status bar, in words, while it is written', () => {
    const t = (text: string, ...values: readonly unknown[]) =>
      text.replace(/\{(\d)\}/g, (_match, index) => String(values[Number(index)]));
    const report = { activeRequests: 0, credentials: [], targets: [], usable: true };
    const running = {
      state: 'running',
      port: 1,
      report: { ...report, logsContent: true },
    } as const;
    const shown = presentStatus(running, t);
    assert.match(shown.text, /running .*logs content$/);
    assert.match(shown.label, /logs content$/);
    assert.match(shown.sentence, /texts of requests and answers are written to the log/);
    const off = presentStatus({ ...running, report }, t);
    assert.doesNotMatch(JSON.stringify(off), /content/);
  });

  it('cannot be switched on by a workspace, and is off by default', () => {
    const schema = jsonSchemas()['switchyard.log.content'];
    assert.equal(schema?.['scope'], 'machine');
    assert.equal(schema?.['default'], false);
  });
});
