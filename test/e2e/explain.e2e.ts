// Explain Routing and Show Usage as a person sees them: the real window, a scripted OpenCode Go on loopback.

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { openaiChatCompletion, openaiChatStream } from '../support/openaiChatAnswers';
import { planUsageAnswer } from '../support/opencodeUpstream';
import {
  type Answer,
  type RecordedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../support/scriptedUpstream';
import type { Window } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const COUNTS = { promptTokens: 52_000, cachedTokens: 48_000, completionTokens: 900 };
const PROMPT = 'a prompt that no page may show';

/** Asks once, as an agent does: for a stream, or for the class of request that it is told. */
const ASK_SCRIPT = `
const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: {
    authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
    'user-agent': 'ask/1.0',
    'x-claude-code-request-class': process.argv[2],
  },
  body: JSON.stringify({
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    stream: process.argv[3] === 'stream',
    messages: [{ role: 'user', content: '${PROMPT}' }],
  }),
});
await response.text();
console.log(response.status);
`;

describe('explaining requests and usage in a real window', function () {
  this.bail(true);

  let upstream: ScriptedUpstream;
  let window: Window;

  useRealWindow('explain', async ({ place, open, closeAfter }) => {
    writeFileSync(path.join(place.workspace, 'ask.mjs'), ASK_SCRIPT);
    upstream = closeAfter(await startScriptedUpstream(answer));
    ({ window } = await open({ settings: settings(upstream.url) }));
  });

  it('says what to do while there is nothing to explain', async () => {
    await window.waitForStatus(/set API key/);
    await window.runCommand('Switchyard: Explain Routing');
    await window.toast('No request has been made in this window yet').waitFor();
    await window.screenshot('explain-nothing');
    await window.clearToasts();
  });

  it('warns before a limit, lists the last requests, and explains the one that is chosen', async () => {
    await window.status.click();
    await window.pickRow('OpenCode').click();
    await window.waitForInputBox('API key of OpenCode');
    await window.fillInputBox('sk-explain-0123456789abcdef');
    await window.waitForStatus(/running/);
    await window.openTerminal();
    upstream.answer({ status: 529, body: {} });
    const asked = await window.captureFromTerminal(
      'node ask.mjs main stream; node ask.mjs auxiliary; node ask.mjs main',
    );
    assert.equal(asked, '200\n200\n200\n');
    await window.toast(/92 % of the weekly limit/).waitFor();
    await window.screenshot('usage-warning');
    await window.clearToasts();
    await window.runCommand('View: Toggle Panel Visibility');
    await window.runCommand('Switchyard: Explain Routing');
    await window.pickRow('glm-5.3: overloaded (529)').waitFor();
    await window.screenshot('explain-list');
    await window.quickInput.fill('overloaded');
    await window.page.keyboard.press('Enter');
    const page = preview();
    await page.getByRole('heading', { name: /^Request \w{4}$/ }).waitFor();
    const text = await page.locator('body').innerText();
    assert.match(text, /opencode-go\/glm-5\.3\s+overloaded \(529\)/);
    assert.match(text, /opencode-go\/kimi-k2\.7-code\s+served/);
    assert.match(text, /opencode-go\/minimax-m3\s+not needed/);
    assert.match(text, /Client\s+ask\/1\.0/);
    assert.match(text, /Read from the cache\s+48,000 tokens/);
    assert.ok(!text.includes(PROMPT));
    await window.screenshot('explain-page');
  });

  it('shows usage, cost and the limits of the plan', async () => {
    await window.runCommand('View: Close All Editors');
    await window.runCommand('Switchyard: Show Usage');
    const page = preview();
    await page.getByRole('heading', { name: 'OpenCode Go' }).waitFor();
    const text = await page.locator('body').innerText();
    assert.match(text, /weekly\s+92 %/);
    assert.match(text, /Requests\s+3\s+3\s+3/);
    assert.match(text, /From the cache\s+92 %/);
    assert.match(text, /opencode-go\/mimo-v2\.6-flash\s+1/);
    assert.match(text, /Background work\s+33 %/);
    await window.screenshot('usage-page');
  });

  it('tells today’s cost in the tooltip, and looks right in the other theme', async () => {
    await window.status.hover();
    await window.page.locator('.monaco-hover').filter({ hasText: 'Today: 3 requests' }).waitFor();
    await window.screenshot('usage-tooltip');
    await window.page.setViewportSize({ width: 1280, height: 1800 });
    await window.runCommand('Preferences: Toggle between Light/Dark Themes');
    await window.page.locator('.monaco-workbench.vs-dark').waitFor();
    await window.screenshot('usage-other-theme');
    // A page that is drawn anew in another theme takes the focus, and with it closes the list.
    await window.runCommand('View: Close All Editors');
    await window.runCommand('Switchyard: Explain Routing');
    await window.pickRow('overloaded').waitFor();
    await window.screenshot('explain-list-other-theme');
    await window.quickInput.fill('overloaded');
    await window.page.keyboard.press('Enter');
    await preview()
      .getByRole('heading', { name: /^Request \w{4}$/ })
      .waitFor();
    await window.screenshot('explain-page-other-theme');
  });

  /** The Markdown preview in front. */
  function preview(): FrameLocator {
    return window.page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  }
});

function answer({ path: asked, body }: RecordedRequest): Answer {
  if (asked.endsWith('/usage')) return planUsageAnswer(92);
  if (valueAt(body, 'stream') !== true) return openaiChatCompletion({ text: 'hello' }, COUNTS);
  const said = { reasoning: 'hm, let me see', text: 'hello there' };
  return { ...openaiChatStream(said, COUNTS), firstDelayMs: 200, delayMs: 100 };
}

function settings(url: string): Readonly<Record<string, unknown>> {
  return {
    'switchyard.providers': { 'opencode-go': { baseUrl: url } },
    'switchyard.scenarios': {
      default: {
        models: ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code', 'opencode-go/minimax-m3'],
      },
      background: { models: ['opencode-go/mimo-v2.6-flash'] },
    },
    'switchyard.warnAtPlanUsage': 90,
  };
}
