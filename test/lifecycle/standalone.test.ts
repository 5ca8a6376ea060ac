import assert from 'node:assert/strict';
import type { LogLevel } from '../../src/proxy/protocol';
import { anthropicText } from '../support/anthropicAnswers';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { startStandalone } from '../support/standalone';

// The proxy as it runs on a machine without VS Code. Needs dist/.

describe('the standalone proxy', () => {
  let upstream: ScriptedUpstream;

  before(async () => {
    upstream = await startScriptedUpstream();
  });
  after(() => upstream.close());

  /** What it wrote of its life with one answer and one refusal. */
  async function logAt(logLevel?: LogLevel): Promise<string> {
    const proxy = await startStandalone({
      settings: {
        'switchyard.providers': {
          up: { baseUrl: upstream.url, wireFormat: 'anthropic-messages', credential: 'none' },
        },
        'switchyard.scenarios': { default: { models: ['up/m'] } },
      },
      ...(logLevel === undefined ? {} : { logLevel }),
    });
    upstream.answer(anthropicText('good day'));
    const ask = (max_tokens: number) =>
      fetch(`${proxy.url}/v1/messages`, {
        method: 'POST',
        headers: { 'x-api-key': proxy.token, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'any',
          max_tokens,
          messages: [{ role: 'user', content: 'hi' }],
        }),
      });
    assert.match(await (await ask(50)).text(), /good day/);
    assert.equal((await ask(-1)).status, 400);
    assert.equal(await proxy.stop(), 0);
    return proxy.log();
  }

  it('writes one line for each step of a request', async () => {
    const log = await logAt();
    assert.match(log, /\[info\] request \w{4} served by up\/m/);
    assert.match(log, /\[warn\] request \w{4} refused/);
    assert.doesNotMatch(log, /\[debug\]/);
  });

  it('writes more with --log-level debug, and less with --log-level warn', async () => {
    assert.match(await logAt('debug'), /\[debug\] request \w{4} measured/);
    const log = await logAt('warn');
    assert.match(log, /\[warn\] request \w{4} refused/);
    assert.doesNotMatch(log, /\[(debug|info)\]/);
  });
});
