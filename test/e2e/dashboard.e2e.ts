// The dashboard as people see and use it: the real window, three themes, the keyboard, a screen reader's rules, hostile names.

import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { dayOf, noCounts, usageDayText } from '../../src/usage/usageDay';
import { accessibilityViolations } from '../support/accessibility';
import { settingsFile } from '../support/codeServer';
import { openaiChatStream } from '../support/openaiChatAnswers';
import { planUsageAnswer } from '../support/opencodeUpstream';
import type { Place } from '../support/realWindow';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const PROMPT = 'a prompt that no dashboard may show';
const HOSTILE_MODEL = '<img src=x onerror=alert(1)> **bold** [x](https://evil.example) \u202Etxet';
const COUNTS = { promptTokens: 52_000, cachedTokens: 48_000, completionTokens: 900 };

/** Asks once for each argument: a class of request, and the model after a colon. */
const ASK_SCRIPT = `
for (const argument of process.argv.slice(2)) {
  const [kind, model = 'claude-sonnet-5-5'] = argument.split(/:(.*)/s);
  const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: {
      authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      'user-agent': 'ask/1.0',
      'x-claude-code-request-class': kind,
    },
    body: JSON.stringify({
      model,
      max_tokens: 100,
      stream: true,
      messages: [{ role: 'user', content: '${PROMPT}' }],
    }),
  });
  await response.text();
  console.log(response.status);
}
`;

/** Tells whether the page kept a style out that its policy forbids. */
const INJECT_STYLE = `
const style = document.createElement('style');
style.textContent = 'body { --injected: yes }';
document.head.append(style);
getComputedStyle(document.body).getPropertyValue('--injected') === '';
`;

/** Tells how often in a second a bar of a running request gets another width. */
const COUNT_STEPS = `
const startedAt = performance.now();
let steps = 0;
const observer = new MutationObserver((changes) => {
  steps += changes.some(({ target }) => target.matches('.row.running .bar')) ? 1 : 0;
});
observer.observe(document.body, { attributes: true, attributeFilter: ['style'], subtree: true });
window.barSteps = () => {
  observer.disconnect();
  return steps / ((performance.now() - startedAt) / 1000);
};
`;

/** Numbers everything that can be operated, puts the focus on the first, and tells how many there are. */
const MARK_CONTROLS = `
const controls = [...document.querySelectorAll('button, input, select, summary, a[href], [role=option], [role=listbox]')]
  .filter((one) => one.checkVisibility() && !one.disabled)
  // One option is in the order of Tab, arrow keys lead to the others.
  .filter((one) => one.role !== 'option' || one.tabIndex === 0)
  .filter((one) => one.role !== 'listbox' || one.tabIndex === 0);
controls.forEach((one, index) => { one.dataset.control = index + ' ' + (one.ariaLabel ?? one.innerText).slice(0, 30); });
controls[0].focus({ focusVisible: true });
controls.length;
`;

/** The name of the control that has the focus, and whether a person sees that it has. */
const FOCUSED_CONTROL = `
(() => {
  const { activeElement } = document;
  const name = activeElement?.dataset.control;
  return name === undefined ? undefined : [name, getComputedStyle(activeElement).outlineStyle !== 'none'];
})()
`;

const THEMES = [
  ['Light Modern', 'vscode-light'],
  ['Dark Modern', 'vscode-dark'],
  ['Dark High Contrast', 'vscode-high-contrast'],
  ['Light High Contrast', 'vscode-high-contrast-light'],
] as const;

describe('the dashboard in a real window', function () {
  this.bail(true);

  let upstream: ScriptedUpstream;
  let place: Place;
  let window: Window;
  /** What browsers say of a page that its policy stops. */
  const refusals: string[] = [];

  useRealWindow('dashboard', async (suite) => {
    ({ place } = suite);
    writeFileSync(path.join(place.workspace, 'ask.mjs'), ASK_SCRIPT);
    writeHistory(path.join(place.root, 'data/User/globalStorage/switchyard.switchyard/usage'));
    upstream = suite.closeAfter(
      await startScriptedUpstream(({ path: asked }, index) => {
        if (asked.endsWith('/usage')) return planUsageAnswer(92);
        const said = { reasoning: 'hm, let me see', text: 'hello there' };
        const slow = 1 + (index % 3);
        return { ...openaiChatStream(said, COUNTS), firstDelayMs: 150 * slow, delayMs: 60 * slow };
      }),
    );
    ({ window } = await suite.open({
      settings: settings(upstream.url),
      prepare(page) {
        page.on('console', (message) => {
          if (/Content Security Policy/.test(message.text())) refusals.push(message.text());
        });
      },
    }));
    await window.runCommand('View: Toggle Primary Side Bar Visibility');
    await window.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  });

  it('says what to do first, and does it', async () => {
    await window.waitForStatus(/set API key/);
    refusals.length = 0;
    await window.runCommand('Switchyard: Open Dashboard');
    await page().getByText('OpenCode needs an API key.').waitFor();
    await page().getByText('No request has been made in this window yet').waitFor();
    await window.screenshot('dashboard-empty');
    await page().getByRole('button', { name: 'Set API Key' }).first().click();
    await window.pickRow('OpenCode').click();
    await window.waitForInputBox('API key of OpenCode');
    await window.fillInputBox('sk-dashboard-0123456789abcdef');
    await window.waitForStatus(/running/);
    await page()
      .getByText(/^Running on port \d+/)
      .waitFor();
    await page().getByRole('button', { name: 'New Terminal' }).click();
    await window.waitForPrompt();
  });

  it('shows a fallback as two bars, with what became of each', async () => {
    upstream.answer({ status: 529, body: {} });
    await ask('main');
    const row = page().getByRole('option').first();
    await row.locator('.attempt.done').waitFor();
    const attempts = row.locator('.attempt');
    assert.equal(await attempts.count(), 2);
    assert.match(
      await attempts.nth(0).innerText(),
      /^opencode-go\/\s*glm-5\.3\s+overloaded \(529\)/,
    );
    assert.match(await attempts.nth(1).innerText(), /^opencode-go\/\s*kimi-k2\.7-code/);
    assert.deepEqual(await kindsOf(attempts.nth(0)), ['failed']);
    assert.deepEqual(await kindsOf(attempts.nth(1)), ['waiting', 'thinking', 'streaming']);
    // One row for a screen reader, in the order of what is seen.
    const name =
      /default.*opencode-go\/ ?glm-5\.3 overloaded \(529\).*opencode-go\/ ?kimi-k2\.7-code served/;
    await page().getByRole('option', { name }).waitFor();
  });

  it('lets the bar of a running request grow', async () => {
    const { sse } = openaiChatStream({ reasoning: 'well, well', text: 'at last' }, COUNTS);
    upstream.answer({ sse, firstDelayMs: 1_000, delayMs: 900 });
    await window.typeInTerminal('node ask.mjs main');
    const bar = page().locator('.row.running .bar').first();
    await bar.waitFor({ state: 'attached' });
    const widthOf = async () => (await bar.boundingBox())?.width ?? 0;
    const before = await widthOf();
    await waitUntil(async () => (await widthOf()) > before, 'the bar has grown');
    await page().locator('.row.running').waitFor({ state: 'detached' });
  });

  it('explains the request that is chosen, with the pointer', async () => {
    await page().getByRole('option').nth(1).click();
    await details().getByText('Served by opencode-go/kimi-k2.7-code').waitFor();
    const text = await details().innerText();
    assert.match(text, /Scenario default: no other rule matched/);
    assert.match(text, /Which rule decided[\s\S]*✓\s*default\s+no other rule matched/);
    assert.match(text, /opencode-go\/minimax-m3\s+not needed/);
    assert.match(text, /Read from the cache\s+48,000 tokens/);
    assert.match(text, /Client\s+ask\/1\.0/);
  });

  it('opens the explanation as a page, and still shows the same request when its tab is seen again', async () => {
    await details().getByRole('button', { name: 'Open as Page' }).click();
    await page()
      .getByRole('heading', { name: /^Request \w{4}$/, level: 1 })
      .waitFor();
    await window.runCommand('View: Close Editor');
    await details().getByText('Served by opencode-go/kimi-k2.7-code').waitFor();
  });

  it('can be walked through with the keyboard alone', async () => {
    await page().getByRole('button', { name: 'Close Details' }).press('Enter');
    await details().waitFor({ state: 'detached' });
    const chosen = await page().getByRole('option').nth(1).innerText();
    assert.equal(await focusedText(), chosen);
    await page().getByRole('checkbox', { name: 'One time axis for all' }).focus();
    await window.page.keyboard.press('Tab');
    assert.equal(await focusedText(), chosen);
    await window.page.keyboard.press('Home');
    await page().locator('[role=option]:first-child[aria-selected=true]').waitFor();
    await window.page.keyboard.press('ArrowDown');
    await page().locator('[role=option]:nth-child(2)[aria-selected=true]').waitFor();
    assert.equal(await page().locator('[role=option][tabindex="0"]').count(), 1);
    await details().waitFor();
    await window.page.keyboard.press('Escape');
    await details().waitFor({ state: 'detached' });
  });

  it('shows hostile names as the text that they are', async () => {
    await ask(`main:${HOSTILE_MODEL}`);
    await page().getByRole('option').first().click();
    const shown = page().getByText(
      '<img src=x onerror=alert(1)> **bold** [x](https://evil.example) txet',
    );
    await shown.first().waitFor();
    assert.equal(await page().locator('img, a').count(), 0);
    assert.ok(!(await page().locator('body').innerText()).includes('\u202E'));
  });

  it('moves once a second at most where the person wants less motion, by the system or by VS Code', async () => {
    const usual = await stepsPerSecond();
    await window.page.emulateMedia({ reducedMotion: 'reduce' });
    const reducedBySystem = await stepsPerSecond();
    await window.page.emulateMedia({ reducedMotion: 'no-preference' });
    const usualAgain = await stepsPerSecond();
    const file = settingsFile(place.root, 'Machine');
    const present = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...present, 'workbench.reduceMotion': 'on' }));
    await window.page.locator('.monaco-workbench.monaco-reduce-motion').waitFor();
    await page().locator('body.vscode-reduce-motion').waitFor();
    const reducedByVscode = await stepsPerSecond();
    writeFileSync(file, JSON.stringify(present));
    await page().locator('body:not(.vscode-reduce-motion)').waitFor();
    const seen = { usual, reducedBySystem, usualAgain, reducedByVscode };
    // The request's own news move the bar too: where it ends, and what is added to it.
    for (const reduced of [reducedBySystem, reducedByVscode]) {
      assert.ok(reduced <= 2, JSON.stringify(seen));
    }
    for (const smooth of [usual, usualAgain]) assert.ok(smooth > 4, JSON.stringify(seen));
  });

  it('has no control that the Tab key does not reach, and shows each that it has reached', async () => {
    await page().getByRole('option').first().click();
    await details().waitFor();
    const drawn = await frame();
    const controls = Number(await drawn.evaluate(MARK_CONTROLS));
    assert.ok(controls >= 5, `${controls} controls`);
    const reached = new Map<string, boolean>();
    for (let step = 1; step < 3 * controls && reached.size < controls; step += 1) {
      const seen: unknown = await drawn.evaluate(FOCUSED_CONTROL);
      if (Array.isArray(seen)) reached.set(String(seen[0]), seen[1] === true);
      await window.page.keyboard.press('Tab');
    }
    assert.equal(reached.size, controls, `reached: ${[...reached.keys()].join(', ')}`);
    assert.deepEqual(
      [...reached].filter(([, isShown]) => !isShown),
      [],
    );
  });

  it('tells health with countdowns, the speed of models, cost, and the plan', async () => {
    upstream.answer({ status: 429, headers: { 'retry-after': '45' }, body: {} });
    await ask('main', 'auxiliary', 'main');
    const health = page().getByRole('region', { name: 'Health' });
    await health.getByText(/in \d+ s/).waitFor();
    const countdown = health.locator('.countdown').filter({ hasText: /in \d+ s/ });
    const before = await countdown.first().innerText();
    await waitUntil(async () => (await countdown.first().innerText()) !== before, 'it counts down');
    assert.match(await health.innerText(), /API key\s+OpenCode\s+API key accepted/);
    assert.match(
      await section('Speed of the models').innerText(),
      /TTFT p50\s+TTFT p95\s+Tokens\/s p50\s+Tokens\/s p95/,
    );
    const row = section('Speed of the models')
      .getByRole('row')
      .filter({ hasText: 'kimi-k2.7-code' });
    assert.match(await row.innerText(), /\d+ (?:ms|s)\s+.*\d+/);
    await section('Plan usage').getByRole('meter', { name: 'weekly' }).waitFor();
    assert.match(await section('Plan usage').innerText(), /weekly\s+92 %\s+resets in 2 d/);
    const chart = section('Cost').getByRole('img', {
      name: /Cost per day in the last 30 days: \$/,
    });
    await chart.locator('canvas').waitFor();
    assert.ok(!(await page().locator('body').innerText()).includes(PROMPT));
    // From here on the pictures show the whole page.
    await window.runCommand('View: Toggle Panel Visibility');
    await window.page.locator('.part.panel').waitFor({ state: 'hidden' });
    await window.quickInput.waitFor({ state: 'hidden' });
  });

  for (const [theme, className] of THEMES) {
    it(`has no accessibility violation in ${theme}, wide or narrow`, async () => {
      await window.runCommand('Preferences: Color Theme');
      await window.quickInput.fill(theme);
      await window.pickRow(theme).click();
      await window.quickInput.waitFor({ state: 'hidden' });
      await page().locator(`body.${className}`).waitFor();
      for (const [name, width] of [
        ['wide', 1500],
        ['narrow', 480],
      ] as const) {
        await window.page.setViewportSize({ width, height: 2200 });
        await page().getByRole('option').filter({ hasText: 'rate limited (429)' }).last().click();
        await details().waitFor();
        assert.deepEqual(await accessibilityViolations(await frame()), []);
        await window.screenshot(`dashboard-${className}-${name}`);
        const overflow = await page()
          .locator('body')
          .evaluate((body) => body.scrollWidth - body.clientWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
      }
    });
  }

  it('comes back after a reload of the window, and says that its requests are gone', async () => {
    await window.page.setViewportSize({ width: 1280, height: 900 });
    await window.reload();
    await page()
      .getByText(/^Running on port \d+/)
      .waitFor();
    await page().getByText('No request has been made in this window yet').waitFor();
    await section('Cost')
      .getByRole('img', { name: /Cost per day/ })
      .waitFor();
  });

  it('breaks its own policy nowhere, and the policy holds', async () => {
    assert.deepEqual(refusals, []);
    const isRefused = await (await frame()).evaluate(INJECT_STYLE);
    assert.equal(isRefused, true);
    await waitUntil(() => refusals.length > 0, 'the browser reports what it refused');
  });

  /** The dashboard's page. */
  function page() {
    return window.page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  }

  function details(): Locator {
    return page().getByRole('region', { name: /^Request \w{4}$/ });
  }

  function section(name: string): Locator {
    return page().getByRole('region', { name, exact: true });
  }

  async function frame(): Promise<Frame> {
    const element = await page().locator('body').elementHandle();
    const owner = await element?.ownerFrame();
    assert.ok(owner !== null && owner !== undefined);
    return owner;
  }

  function focusedText(): Promise<string> {
    return page().locator(':focus').innerText();
  }

  /** How often the bar of a request that runs for some seconds is drawn anew. */
  async function stepsPerSecond(): Promise<number> {
    const { sse } = openaiChatStream({ reasoning: 'well, well', text: 'at last' }, COUNTS);
    upstream.answer({ sse, firstDelayMs: 1_000, delayMs: 600 });
    const drawn = await frame();
    await drawn.evaluate(COUNT_STEPS);
    await ask('main');
    return Number(await drawn.evaluate('window.barSteps()'));
  }

  async function ask(...what: readonly string[]): Promise<void> {
    const words = what.map((one) => `'${one}'`).join(' ');
    const told = await window.captureFromTerminal(`node ask.mjs ${words}`);
    assert.equal(told, '200\n'.repeat(what.length));
    // The last that the rows tell is that the request has ended.
    await page().locator('.row.running').waitFor({ state: 'detached' });
  }
});

async function kindsOf(attempt: Locator): Promise<readonly string[]> {
  const classes = await attempt
    .locator('.bar')
    .evaluateAll((bars) => bars.map(({ className }) => className));
  return classes.map((name) => name.replace('bar ', ''));
}

/** Four weeks of work with some models, as earlier windows would have counted it. */
function writeHistory(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const models = [
    'glm-5.3',
    'kimi-k2.7-code',
    'minimax-m3',
    'deepseek-v4',
    'qwen4-max',
    'mimo-v2.6-flash',
    'hy3',
  ];
  const dayMs = 86_400_000;
  for (let ago = 1; ago < 28; ago += 1) {
    if (ago % 7 === 3) continue;
    const day = dayOf(Date.now() - ago * dayMs);
    const rows = models.slice(0, 2 + (ago % 6)).map((model, index) => ({
      ...noCounts,
      model: `opencode-go/${model}`,
      scenario: index === 5 ? 'background' : 'default',
      requests: 40 + ((ago * 7 + index * 13) % 60),
      inputTokens: 90_000,
      cacheReadTokens: 800_000,
      outputTokens: 60_000,
      cost: ((ago * 5 + index * 3) % 9) / (4 + index * 2) + 0.12,
      costWithoutCache: 3,
      costOnDefault: 1,
    }));
    const text = usageDayText({ day, models: rows, sessions: [] });
    writeFileSync(path.join(folder, `${day}.earlier.json`), text);
  }
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
  };
}
