import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { render } from '../../src/proxy/phrase';
import type { ProxyStatus } from '../../src/proxyStatus';
import { commands } from '../../src/ui/commands';
import { plainMessage } from '../../src/ui/plainMessage';
import { statusText, tooltipCommands, tooltipMarkdown } from '../../src/ui/reportText';
import { presentStatus } from '../../src/ui/statusPresentation';
import { anthropicErrorEvent } from '../support/anthropicAnswers';
import {
  assertNoBug,
  type HostileBench,
  hostileKey,
  startHostileBench,
} from '../support/hostileBench';
import { eventStreamHead, headOf } from '../support/rawUpstream';
import { UPSTREAM_DIALECTS } from '../support/upstreamDialects';
import { plainTranslate as t } from '../unit/ui/plainTranslate';

/** How VS Code finds links in the text of a notification. Source: src/vs/base/common/linkedText.ts, 1.105. */
const notificationLink =
  /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

const esc = '\u001b';
/** What would act on a terminal, a log, a notification or a reader, each with a word to find it by. */
const harmful: Readonly<Record<string, string>> = {
  colours: `${esc}[31mword${esc}[0m`,
  'a title': `${esc}]0;owned\u0007word`,
  'a long title': `${esc}]0;${'o'.repeat(2_000)}\u0007word`,
  'a title without an end': `word${esc}]52;c;cm0gLXJmIH4=`,
  'a terminal link': `${esc}]8;;http://evil.example${esc}\\word${esc}]8;;${esc}\\`,
  'a device query': `word${esc}[6n${esc}[>c${esc}P$q"p${esc}\\`,
  'eight-bit sequences': 'word\u009b31m\u009d0;x\u009c',
  'a cursor that moves': `word${esc}[2J${esc}[H\b\b\b\r`,
  'lines of their own': 'word\r\n[error] request 1234 bug: all is lost\n\u2028x\u2029\u0085y',
  'reordered letters': 'word \u202egnihton\u202c \u2066x\u2069 \u200f \u061c',
  'hidden letters': 'w\u200bo\u2060r\u00add word \ufeff\u{e0041}\u{e0042}',
  NUL: 'word\u0000\u0000',
  'half a letter': 'word \ud83d',
  'a command link': 'word [Set API Key](command:workbench.action.terminal.sendSequence?%7B%7D)',
  'a link': 'word [log in](https://evil.example/login "here")',
  'a link in pieces': `word [log in]${esc}[0m(https://evil.example/)`,
  'a link with hidden letters': 'word [log in]\u200b(https://evil.example/)',
  'a picture': 'word ![](https://evil.example/pixel.png)',
  HTML: 'word <img src=x onerror=alert(1)> <a href="command:x">y</a>',
  icons: 'word $(error) $(loading~spin)',
  'a megabyte': `word ${'x'.repeat(1_000_000)}`,
  'many words': 'word '.repeat(200_000),
};

/** Errors whose words a person or a client is shown, and some whose words they are not. */
const forms: Readonly<Record<string, (message: string) => string>> = {
  blocked: (message) =>
    refusal('403 No', { type: 'AuthError', message: `account blocked ${message}` }),
  badRequest: (message) => refusal('400 Bad', { type: 'invalid_request_error', message }),
  server: (message) => refusal('500 Oops', { type: 'server_error', message }),
  model: (message) => refusal('404 None', { type: 'not_found_error', message }),
  content: (message) => refusal('400 Bad', { code: 'content_filter', message }),
  funds: (message) => refusal('402 Pay', { type: 'CreditsError', message }),
  limit: (message) =>
    headOf('429 Slow') +
    JSON.stringify({
      error: { type: 'GoUsageLimitError', message },
      metadata: { limitName: message, workspace: message },
    }),
  text: (message) => headOf('500 Oops') + message,
  page: (message) => `${headOf('502 Bad')}<html><title>${message}</title></html>`,
  'in a stream': (message) => eventStreamHead + anthropicErrorEvent('api_error', message),
};

function refusal(status: string, error: Readonly<Record<string, string>>): string {
  return headOf(status) + JSON.stringify({ error });
}

describe('the words of a hostile upstream', () => {
  let bench: HostileBench;
  beforeEach(async () => {
    bench = await startHostileBench();
  });
  afterEach(async () => {
    assertNoBug(bench);
    await bench.close();
  });

  for (const [what, words] of Object.entries(harmful)) {
    it(`do no harm as ${what}: to the client, the log, the notification, the tooltip, Show Status`, async () => {
      for (const [form, answer] of Object.entries(forms)) {
        const { proxy } = bench;
        const got = await bench.ask(
          async (line) => {
            await line.send(answer(words));
            line.end();
          },
          { format: 'anthropic-messages' },
        );
        bench.clock.advance(1_000);
        assert.notEqual(got.error, '', form);
        assertPlain(got.error, 1_000, form);
        for (const line of proxy.logs.splice(0)) assertPlain(line, 1_000, `${form}, the log`);
        for (const notice of proxy.notices.splice(0)) {
          const shown = plainMessage(render(notice.message));
          assertPlain(shown, 500, `${form}, the notification`);
          assert.doesNotMatch(shown, notificationLink);
          assert.ok(notice.link === undefined || !notice.link.includes('evil'));
        }
        const status: ProxyStatus = { state: 'running', port: 1, report: proxy.reports.at(-1) };
        const { text, label, sentence } = presentStatus(status, t);
        const tooltip = tooltipMarkdown(status, t, { now: 0 });
        for (const shown of [text, label, sentence, tooltip, statusText(status, t)]) {
          // None of its words at all: the failure's kind and status say enough.
          assert.doesNotMatch(shown, /word|evil|bug/);
        }
      }
    });
  }

  it('are shown, once they are plain', async () => {
    const got = await bench.ask(async (line) => {
      await line.send(forms['badRequest']?.(`${esc}[1mmax_tokens${esc}[0m is too large`) ?? '');
      line.end();
    });
    assert.match(got.error, /^max_tokens is too large/);
  });

  it('are replaced where nothing is left of them', async () => {
    for (const nothing of [`${esc}[31m`, '\u0000\u0007', '\u202e\u200b', ' ']) {
      for (const form of ['server', 'in a stream']) {
        const got = await bench.ask(
          async (line) => {
            await line.send(forms[form]?.(nothing) ?? '');
            line.end();
          },
          { format: 'anthropic-messages' },
        );
        assertPlain(got.error, 1_000, form);
        assert.match(got.error, /without/);
      }
    }
  });

  for (const { format, stream } of UPSTREAM_DIALECTS) {
    it(`are not the answer’s: an error quotes nothing of one that had begun (${format})`, async () => {
      const frames = stream({ text: 'confidential words' });
      const begun = frames.slice(
        0,
        frames.findIndex((frame) => frame.includes('words')),
      );
      const secret = 'confidential';
      const breaks = [
        `data: {"a":"${secret}\n\n`,
        `data: ${secret}\n\n`,
        `data: ["${secret}"]\n\n`,
        `data: "${secret}"\n\n`,
        `data: {"x":"${secret}`.padEnd(17 * 1024 * 1024, 'x'),
        `event: content_block_delta\ndata: {"type":"content_block_delta","index":7,"delta":{"text":"${secret}"}}\n\n`,
      ];
      for (const [index, broken] of breaks.entries()) {
        const got = await bench.ask(
          async (line) => {
            await line.send(eventStreamHead + begun.join('') + broken);
            line.end();
          },
          { format, stream: index % 2 === 0 },
        );
        assert.notEqual(got.error, '', String(index));
        for (const said of [got.error, ...bench.proxy.logs.splice(0)]) {
          assert.ok(!said.includes(secret), `${index}: ${said}`);
        }
      }
    });
  }

  it('never give the key away, however they hide it', async () => {
    const hidden = [
      hostileKey,
      hostileKey.split('').join('\u200b'),
      `${hostileKey.slice(0, 9)}${esc}[0m${hostileKey.slice(9)}`,
      `${'x'.repeat(290)} ${hostileKey}`,
    ];
    for (const message of hidden) {
      for (const answer of Object.values(forms)) {
        const got = await bench.ask(async (line) => {
          await line.send(answer(message));
          line.end();
        });
        const said = [
          got.error,
          ...bench.proxy.logs,
          ...bench.proxy.notices.map((one) => render(one.message)),
        ];
        for (const one of said) {
          assert.ok(!one.replaceAll(' ', '').includes(hostileKey.slice(3, 15)), one);
        }
      }
    }
  });
});

describe('what VS Code is handed', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(path.join('src', name), 'utf8') }));
  const holding = (pattern: RegExp) =>
    sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name.replaceAll('\\', '/'));

  it('trusts Markdown in one place only, and there for our own commands', () => {
    assert.deepEqual(holding(/\.isTrusted = |isTrusted: true/), ['ui/statusBar.ts']);
    const statusBar = sources.find(({ name }) => name.endsWith('statusBar.ts'))?.text ?? '';
    const trusted = [...statusBar.matchAll(/isTrusted = (.*);/g)].map(([, value]) => value);
    assert.deepEqual(trusted, ['{ enabledCommands: tooltipCommands }']);
    const own = new Set(commands.map(({ id }) => id));
    for (const command of tooltipCommands) assert.ok(own.has(command), command);
  });

  it('shows no HTML in Markdown', () => {
    assert.deepEqual(holding(/supportHtml/), []);
  });

  it('makes plain what is said elsewhere before it is a notification', () => {
    // Everything that comes from the worker in words passes here.
    assert.deepEqual(
      holding(/(?:notice|check)\.message/).filter((name) => name.startsWith('ui/')),
      ['ui/notifications.ts', 'ui/setApiKey.ts'],
    );
    for (const { name, text } of sources.filter(({ name: file }) => file.startsWith('ui'))) {
      for (const [use] of text.matchAll(/.*\b(?:notice|check)\.message.*/g)) {
        assert.match(use, /plainMessage\(/, name);
      }
    }
  });

  it('finds no link in a plain message', () => {
    for (const address of ['command:x', 'https://a.example', 'http://a', 'file:///etc']) {
      const link = `a [b](${address}) c`;
      assert.match(link, notificationLink);
      assert.doesNotMatch(plainMessage(link), notificationLink);
      assert.doesNotMatch(plainMessage(`[[a]](${address})](${address})`), notificationLink);
    }
  });
});

/** One short line that says what it says. */
function assertPlain(text: string, maxLength: number, where: string): void {
  assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u, where);
  assert.ok(text.length <= maxLength, `${where}: ${text.length} letters`);
}
