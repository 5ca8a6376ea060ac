// A person in a real window whose key has no plan: what is offered, what is written, and what a refresh shows.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundledCatalogue } from '../../src/proxy/bundledCatalogue';
import { settingsFile } from '../support/codeServer';
import { openaiList } from '../support/modelLists';
import { openaiChatCompletion } from '../support/openaiChatAnswers';
import type { Place } from '../support/realWindow';
import {
  type Answer,
  type RecordedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../support/scriptedUpstream';
import { OPENCODE_CONSOLE_ERRORS } from '../support/upstreamErrors';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const OPENCODE_KEY = 'sk-noplan-0123456789abcdef';
const GATEWAY_KEY = 'sk-gateway-0123456789abcdef';

const ASK_SCRIPT = `
const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: {
    authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
  },
  body: JSON.stringify({ model: 'auto', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] }),
});
const answer = await response.json();
console.log(response.status, answer.content?.map((block) => block.text).join('') ?? answer.error.message);
`;

describe('a person whose key has no plan', function () {
  this.bail(true);

  let upstream: ScriptedUpstream;
  let place: Place;
  let window: Window;

  useRealWindow('catalogue', async (suite) => {
    ({ place } = suite);
    writeFileSync(path.join(place.workspace, 'ask.mjs'), ASK_SCRIPT);
    upstream = suite.closeAfter(await startScriptedUpstream(answer));
    const settings = {
      'switchyard.providers': {
        'opencode-go': { baseUrl: `${upstream.url}/go` },
        'opencode-zen': { baseUrl: `${upstream.url}/zen` },
        gateway: { baseUrl: `${upstream.url}/gateway` },
      },
    };
    ({ window } = await suite.open({ settings }));
  });

  it('is asked before anything is charged, and nothing is chosen meanwhile', async () => {
    await setKey('OpenCode', OPENCODE_KEY);
    const offer = window.toast('it has no OpenCode Go subscription');
    await offer.waitFor();
    assert.match(await offer.innerText(), /OpenCode Zen needs none: each request is charged/);
    for (const button of ['Use Zen (Pay as You Go)', 'Subscribe to Go', 'Not Now']) {
      await offer.getByRole('button', { name: button }).waitFor();
    }
    assert.equal(machineSettings()['switchyard.chains'], undefined);
    assert.deepEqual(
      upstream.requests.map(({ path: asked }) => asked),
      ['/go/usage'],
    );
    await window.screenshot('20-no-plan');
  });

  it('chooses Zen with one click, which is written as a setting, and is answered from there', async () => {
    await window.clickToastButton('it has no OpenCode Go subscription', 'Use Zen (Pay as You Go)');
    await window.toast('use the models of OpenCode Zen').waitFor();
    await waitUntil(
      () => machineSettings()['switchyard.chains'] === 'opencode-zen',
      'the choice is in the settings',
    );
    await window.waitForStatus(/running/);
    await window.openTerminal();
    assert.match(await window.captureFromTerminal('node ask.mjs'), /^200 zen says glm-5\.3/m);
    assert.deepEqual(
      posts().map(({ path: asked }) => asked),
      ['/zen/chat/completions'],
    );
  });

  it('sees what a refresh changed, and the next model stands in for the one that is gone', async () => {
    await window.runCommand('Switchyard: Refresh Model Catalogue');
    await waitUntil(async () => {
      const shown = await window.outputText();
      return shown.includes('OpenCode Zen: ') && shown.includes('stands in for it');
    }, 'the log tells of the refresh');
    const shown = await window.outputText();
    assert.match(shown, /new: glm-7-brandnew$/m);
    assert.match(shown, /gone: glm-5\.3$/m);
    assert.match(shown, /OpenCode Go: not refreshed, since it answered 404/);
    await window.screenshot('21-refreshed');
    // The log took the terminal's place.
    await window.openTerminal();
    assert.match(
      await window.captureFromTerminal('node ask.mjs'),
      /^200 zen says kimi-k2\.7-code/m,
    );
    await window.runCommand('Switchyard: Show Status');
    await waitUntil(
      async () => /Model catalogue of \d{4}-\d\d-\d\d, refreshed/.test(await window.outputText()),
      'the status tells the age of the catalogue',
    );
  });

  it('uses a gateway of their own with nothing but clicks', async () => {
    await window.runCommand('Switchyard: Delete API Key');
    await window.pickRow('OpenCode').click();
    await window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' }).click();
    await window.waitForStatus(/set API key/);
    await setKey('gateway', GATEWAY_KEY);
    await window.clickToastButton('No scenario uses its models yet', 'Choose Models');
    await window.waitForInputBox('Models of gateway');
    await window.screenshot('22-choose-models');
    await window.pickRow('house-large').locator('.monaco-checkbox').click();
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    await window.toast('Every request goes to gateway/house-large').waitFor();
    const scenarios = machineSettings()['switchyard.scenarios'];
    assert.deepEqual(scenarios, { default: { models: ['gateway/house-large'] } });
    await window.waitForStatus(/running/);
    await window.openTerminal();
    assert.match(
      await window.captureFromTerminal('node ask.mjs'),
      /^200 gateway says house-large/m,
    );
    assert.equal(posts().at(-1)?.headers.authorization, `Bearer ${GATEWAY_KEY}`);
  });

  it('sent each key to its own provider only', () => {
    for (const { path: asked, headers } of upstream.requests) {
      const key = asked.startsWith('/gateway') ? GATEWAY_KEY : OPENCODE_KEY;
      assert.equal(headers.authorization, `Bearer ${key}`, asked);
    }
  });

  async function setKey(provider: string, key: string): Promise<void> {
    await window.runCommand('Switchyard: Set API Key');
    await window.pickRow(provider).click();
    await window.waitForInputBox(`API key of ${provider}`);
    await window.fillInputBox(key);
  }

  function posts(): readonly RecordedRequest[] {
    return upstream.requests.filter(({ method }) => method === 'POST');
  }

  function machineSettings(): Readonly<Record<string, unknown>> {
    return JSON.parse(readFileSync(settingsFile(place.root, 'Machine'), 'utf8'));
  }
});

const shipped = Object.keys(bundledCatalogue().models['opencode-zen'] ?? {});
const zenToday = [...shipped.filter((id) => id !== 'glm-5.3'), 'glm-7-brandnew'];

/** OpenCode without a plan, with a Zen that has lost a model, and a gateway that lists its models. */
function answer(request: RecordedRequest): Answer {
  const [, place = '', ...rest] = request.path.split('/');
  const endpoint = rest.join('/');
  if (request.path === '/go/usage') return OPENCODE_CONSOLE_ERRORS.noGoSubscription;
  if (request.path === '/zen/models') {
    return { status: 200, body: openaiList(zenToday) };
  }
  if (request.path === '/gateway/models') {
    return { status: 200, body: openaiList(['house-small', 'house-large', 'house-embedding']) };
  }
  if (place === 'go' || endpoint !== 'chat/completions') return { status: 404, body: 'not found' };
  const text = `${place} says ${String(valueAt(request.body, 'model'))}`;
  return openaiChatCompletion({ text });
}
