import assert from 'node:assert/strict';
import { readChatParts } from '../../../src/lm/chatParts';
import type { RunningChat } from '../../../src/proxy/chats';
import { render } from '../../../src/proxy/phrase';
import type { ChatPart } from '../../../src/proxy/wire/partsClient';
import { anthropicEvent, anthropicText } from '../../support/anthropicAnswers';
import { chinese, inChinese } from '../../support/inChinese';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

const apiKey = 'sk-test-of-the-chats-0123456789';
const request = {
  model: 'auto',
  max_tokens: 100,
  stream: true,
  messages: [{ role: 'user', content: 'hello' }],
};

interface Asked {
  readonly chat: RunningChat;
  readonly parts: ChatPart[];
  readonly ended: Promise<readonly ChatPart[]>;
  /** Resolves with the next text that comes. */
  next(): Promise<string>;
}

describe('chats inside the editor', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    proxy = await startTestProxy({
      keys: { mine: apiKey },
      settings: {
        providers: {
          mine: {
            baseUrl: upstream.url,
            wireFormat: 'anthropic-messages',
            credential: 'mine',
            models: { one: { context: 100_000, maxOutput: 9_000 }, two: { images: false } },
          },
        },
        scenarios: { default: { models: ['mine/one', 'mine/two'] } },
      },
    });
  });

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  function ask(body: object = request, isTaken = true): Asked {
    const parts: ChatPart[] = [];
    const waiting: ((text: string) => void)[] = [];
    let finish: (parts: readonly ChatPart[]) => void;
    const ended = new Promise<readonly ChatPart[]>((resolve) => {
      finish = resolve;
    });
    const chat: RunningChat = proxy.proxy.chats.start(JSON.stringify(body), {
      text(lines) {
        parts.push(...readChatParts(lines));
        waiting.shift()?.(lines);
        if (isTaken) chat.taken(lines.length);
      },
      ended: () => finish(parts),
    });
    return { chat, parts, ended, next: () => new Promise((resolve) => waiting.push(resolve)) };
  }

  const textOf = (parts: readonly ChatPart[]) =>
    parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');

  it('take the way of every request: chain, fallback, log and trace', async () => {
    upstream.answer({ status: 529, body: { error: { type: 'overloaded_error' } } });
    upstream.answerAlways(anthropicText('good day'));
    const parts = await ask().ended;
    assert.equal(textOf(parts), 'good day');
    assert.deepEqual(parts.at(-1), { kind: 'end' });
    assert.deepEqual(
      upstream.requests.map(({ body }) => valueAt(body, 'model')),
      ['one', 'two'],
    );
    const log = proxy.logs.join('\n');
    assert.match(log, /client=vscode-lm/);
    assert.match(log, /served by mine\/two/);
    assert.equal(proxy.traces.at(-1)?.facts?.userAgent, 'vscode-lm');
    assert.equal(proxy.traces.at(-1)?.outcome, 'served');
  });

  it('are told what to do, in one sentence, when the key is rejected; no key in it', async () => {
    upstream.answerAlways({
      status: 401,
      body: { type: 'error', error: { type: 'authentication_error', message: `bad ${apiKey}` } },
    });
    const [part, ...others] = await ask().ended;
    assert.deepEqual(others, []);
    assert.ok(part?.kind === 'failed' && part.type === 'authentication_error');
    // A phrase, so that the window can put it into the person's language.
    assert.ok(typeof part.message !== 'string');
    assert.match(render(part.message), /Set API Key/);
    assert.doesNotMatch(JSON.stringify(part), new RegExp(apiKey));
    assert.equal(upstream.requests.length, 1);
    assert.equal(proxy.notices.length, 1);
  });

  for (const [why, end] of [
    ['the answer stopped before its end marker', { thenEnd: true }],
    ['other side closed', { thenReset: true }],
    ['an event of the stream is not JSON', { broken: true }],
  ] as const) {
    it(`are told in the person’s language why an answer broke off: ${why}`, async () => {
      const { broken, ...how } = { broken: false, ...end };
      const oddEvent = 'event: content_block_delta\ndata: {"type":\n\n';
      upstream.answerAlways({ sse: [...begun('one'), ...(broken ? [oddEvent] : [])], ...how });
      const parts = await ask().ended;
      assert.equal(textOf(parts), 'one');
      const failed = parts.at(-1);
      assert.ok(failed?.kind === 'failed');
      assert.ok(render(failed.message).startsWith(`The answer of mine for one broke off: ${why}.`));
      assert.match(inChinese(failed.message), /^mine 对 one 的回答中断：/);
    });
  }

  it('are told in the person’s language why no model of a chain can be called', async () => {
    proxy.configure({ settings: { scenarios: { default: { models: ['gone/a', 'gone/b'] } } } });
    const [part] = await ask().ended;
    assert.ok(part?.kind === 'failed');
    const { message } = part;
    assert.equal(
      render(message),
      'Scenario “default” has no model that Switchyard can call (gone/a: no provider of that name has a base URL; gone/b: no provider of that name has a base URL). Check “switchyard.scenarios” and “switchyard.providers” in the VS Code settings.',
    );
    assert.match(inChinese(message), /场景 “default” 没有 Switchyard 能调用的模型（gone\/a：/);
  });

  it('say which member of a request is wrong', async () => {
    const [part] = await ask({ ...request, messages: [] }).ended;
    assert.ok(part?.kind === 'failed');
    assert.match(
      render(part.message),
      /^Switchyard cannot read the request .*: “messages: .*new chat/,
    );
    assert.match(render(part.message, chinese), /无法读取此聊天的请求：“messages: .*”。请新建聊天/);
  });

  it('leave the upstream when they are cancelled, and say nothing more', async () => {
    upstream.answerAlways({ ...anthropicText('one two'), thenHang: true, sse: begun('one') });
    const asked = ask();
    await asked.next();
    asked.chat.cancel();
    await asked.ended;
    assert.deepEqual(asked.parts, [{ kind: 'text', text: 'one' }]);
    await upstream.requests[0]?.whenClosed;
    assert.equal(upstream.requests[0]?.isAborted, true);
    assert.equal(proxy.proxy.chats.start('{}', quiet) !== undefined, true);
  });

  it('read no further than a bounded amount ahead of who takes it', async () => {
    const piece = 'x'.repeat(64 * 1024);
    const pieces = Array.from({ length: 40 }, () => delta(piece));
    upstream.answerAlways({ sse: [...begun('go'), ...pieces, ...endOfMessage] });
    const asked = ask(request, false);
    let letters = 0;
    while (letters <= 256 * 1024) letters += (await asked.next()).length;
    const held = asked.parts.length;
    // Meanwhile another chat is served whole.
    upstream.answer(anthropicText('other'));
    assert.equal(textOf(await ask().ended), 'other');
    assert.equal(asked.parts.length, held);
    asked.chat.taken(Number.MAX_SAFE_INTEGER);
    const parts = await asked.ended;
    assert.equal(textOf(parts).length, 2 + 40 * piece.length);
    assert.deepEqual(parts.at(-1), { kind: 'end' });
  });

  it('end with a clear sentence when the proxy is stopped, and are served again after the next start', async () => {
    upstream.answerAlways({ sse: begun('one'), thenHang: true });
    const asked = ask();
    await asked.next();
    const closing = proxy.proxy.close(0);
    const parts = await asked.ended;
    const late = await ask().ended;
    await closing;
    assert.match(messageOf(parts.at(-1)), /stopped before the answer was complete/);
    assert.match(messageOf(late.at(-1)), /stopping and takes no new requests/);
    await proxy.proxy.listen(0, 'another-token');
    upstream.answerAlways(anthropicText('again'));
    assert.equal(textOf(await ask().ended), 'again');
  });

  it('may choose the automatic way, every scenario that has a key, and every model', () => {
    const models = proxy.proxy.chats.models();
    assert.deepEqual(models[0], {
      id: 'auto',
      chain: ['mine/one', 'mine/two'],
      context: 100_000,
      maxOutput: 8_192,
      images: true,
      tools: true,
    });
    assert.deepEqual(
      models.slice(1).map(({ id }) => id),
      ['scenario:default', 'mine/one', 'mine/two'],
    );
    assert.deepEqual(models.at(-1), {
      id: 'mine/two',
      model: 'two',
      label: 'mine',
      context: 128_000,
      maxOutput: 8_192,
      images: false,
      tools: true,
    });
  });

  it('have the demonstration to choose where no key is set, but for the model that never answers', async () => {
    proxy.configure({ keys: {} });
    const ids = proxy.proxy.chats.models().map(({ id }) => id);
    assert.deepEqual(ids, ['demo/hello']);
    for (const model of ids) {
      assert.match(textOf(await ask({ ...request, model }).ended), /This is the demo model/);
    }
  });

  it('can measure a prompt', () => {
    const count = (content: string) =>
      proxy.proxy.chats.countTokens(
        JSON.stringify({ ...request, messages: [{ role: 'user', content }] }),
      ) ?? 0;
    assert.ok(count('hello '.repeat(100)) > count('hello') + 80);
    assert.equal(proxy.proxy.chats.countTokens('[]'), undefined);
  });
});

const quiet = { text() {}, ended() {} };

function messageOf(part: ChatPart | undefined): string {
  return part?.kind === 'failed' ? render(part.message) : '';
}

function delta(text: string): string {
  return anthropicEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
}

function begun(text: string): readonly string[] {
  const usage = { input_tokens: 5, output_tokens: 1 };
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'one',
    content: [],
    usage,
  };
  return [
    anthropicEvent('message_start', { message }),
    anthropicEvent('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    delta(text),
  ];
}

const endOfMessage = [
  anthropicEvent('content_block_stop', { index: 0 }),
  anthropicEvent('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 9 },
  }),
  anthropicEvent('message_stop', {}),
];
