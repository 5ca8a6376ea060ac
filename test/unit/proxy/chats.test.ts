import assert from 'node:assert/strict';
import { type AnswerPart, readChatParts } from '../../../src/lm/chatParts';
import type { RunningChat } from '../../../src/proxy/chats';
import { render } from '../../../src/proxy/phrase';
import { anthropicEvent, anthropicText } from '../../support/anthropicAnswers';
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
  readonly parts: AnswerPart[];
  readonly ended: Promise<readonly AnswerPart[]>;
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
    const parts: AnswerPart[] = [];
    const waiting: ((text: string) => void)[] = [];
    let finish: (parts: readonly AnswerPart[]) => void;
    const ended = new Promise<readonly AnswerPart[]>((resolve) => {
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

  const textOf = (parts: readonly AnswerPart[]) =>
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

  it('say which member of a request is wrong', async () => {
    const [part] = await ask({ ...request, messages: [] }).ended;
    assert.ok(part?.kind === 'failed');
    assert.match(render(part.message), /^messages: /);
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

function messageOf(part: AnswerPart | undefined): string {
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
