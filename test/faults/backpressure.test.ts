import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isObject } from '../../src/proxy/wire/json';
import { anthropicEvent, anthropicSse } from '../support/anthropicAnswers';
import {
  type FaultsUpstream,
  type RawAnswer,
  startFaultsUpstream,
} from '../support/faultsUpstream';
import { geminiChunk } from '../support/geminiAnswers';
import { openaiChatChunk } from '../support/openaiChatAnswers';
import { responsesEvent, responsesSse } from '../support/openaiResponsesAnswers';
import { startTestProxy, type TestProxy, testToken } from '../support/testProxy';
import { type Format, formats, healthyAnswer, sseHeaders } from './answers';

const maxHeldBytes = 256 * 1024;
const text = 'x'.repeat(4_000);
const eventCount = 10_000;

/** An answer of 40 MB, in equal events. */
const endless: Readonly<Record<Format, RawAnswer>> = {
  'anthropic-messages': endlessAnswer(
    anthropicSse([{ type: 'text', text: 'x' }])
      .slice(0, 2)
      .join(''),
    anthropicEvent('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  ),
  'openai-chat': endlessAnswer(
    openaiChatChunk({ choices: [{ index: 0, delta: { role: 'assistant' } }] }),
    openaiChatChunk({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] }),
  ),
  'openai-responses': endlessAnswer(
    responsesSse({ text: 'x' }).slice(0, 3).join(''),
    responsesEvent('response.output_text.delta', {
      output_index: 0,
      item_id: 'msg_1',
      content_index: 0,
      delta: text,
    }),
  ),
  gemini: endlessAnswer(geminiChunk([{ text: '' }]), geminiChunk([{ text }])),
};

function endlessAnswer(head: string, event: string): RawAnswer {
  const pieces = [Buffer.from(head), ...Array<Buffer>(eventCount).fill(Buffer.from(event))];
  return { headers: sseHeaders, pieces, ending: 'stall', isFast: true };
}

/** Bytes of one event on either side of the proxy. */
function eventBytes(format: Format): { readonly fromUpstream: number; readonly toClient: number } {
  const fromUpstream = endless[format].pieces[1]?.length ?? 0;
  return { fromUpstream, toClient: endless['anthropic-messages'].pieces[1]?.length ?? 0 };
}

/** The proxy's own ends of its connections. */
interface Ends {
  upstream: Socket | undefined;
  client: Socket | undefined;
  dispose(): void;
}

function watchEnds(proxyPort: number, upstreamPort: number): Ends {
  const ends: Ends = {
    upstream: undefined,
    client: undefined,
    dispose() {
      unsubscribe('undici:client:connected', onUpstream);
      unsubscribe('net.server.socket', onClient);
    },
  };
  function onUpstream(message: unknown): void {
    const socket = isObject(message) ? message['socket'] : undefined;
    if (isSocket(socket) && socket.remotePort === upstreamPort) ends.upstream = socket;
  }
  function onClient(message: unknown): void {
    const socket = isObject(message) ? message['socket'] : undefined;
    if (isSocket(socket) && socket.localPort === proxyPort) ends.client = socket;
  }
  subscribe('undici:client:connected', onUpstream);
  subscribe('net.server.socket', onClient);
  return ends;
}

function isSocket(value: unknown): value is Socket {
  return isObject(value) && 'bytesRead' in value && 'localPort' in value;
}

/** What the proxy has read and not yet given to the system to send, in the upstream's bytes. */
function heldBytes({ upstream, client }: Ends, format: Format): number {
  if (upstream === undefined || client === undefined) return 0;
  const size = eventBytes(format);
  const handedOver = client.bytesWritten - client.writableLength;
  return (upstream.bytesRead / size.fromUpstream - handedOver / size.toClient) * size.fromUpstream;
}

describe('a client that does not keep up', () => {
  let upstream: FaultsUpstream;
  let proxy: TestProxy;
  let answer: RawAnswer;
  const clients: Socket[] = [];

  before(async () => {
    upstream = await startFaultsUpstream(() => answer);
    proxy = await startTestProxy({
      settings: {
        providers: Object.fromEntries(
          formats.map((wireFormat) => [
            wireFormat,
            { baseUrl: upstream.url, credential: 'none', wireFormat },
          ]),
        ),
      },
    });
  });
  after(async () => {
    await proxy.close();
    await upstream.close();
  });
  beforeEach(() => {
    upstream.clear();
    proxy.proxy.resetHealth();
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });

  /** A client with a connection of its own, which reads only when told to. */
  async function ask(format: Format, { stream = true } = {}): Promise<Socket> {
    const body = JSON.stringify({
      model: `${format}/m`,
      max_tokens: 100,
      stream,
      messages: [{ role: 'user', content: 'x' }],
    });
    const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
    clients.push(client);
    client.on('error', () => undefined);
    client.pause();
    client.write(
      `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:${new URL(proxy.url).port}\r\nauthorization: Bearer ${testToken}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const calls = upstream.calls.length;
    await until(() => upstream.calls.length > calls);
    return client;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await nextTurn();
  }

  /** Runs the event loop until this number has not changed for many turns. */
  async function untilStill(value: () => number): Promise<void> {
    let last = value();
    for (let turns = 0; turns < 300; turns += 1) {
      await nextTurn();
      if (value() !== last) turns = 0;
      last = value();
    }
  }

  for (const format of formats) {
    it(`makes the proxy hold at most 256 kB of a long answer from ${format}`, async () => {
      answer = endless[format];
      const ends = watchEnds(Number(new URL(proxy.url).port), Number(new URL(upstream.url).port));
      const client = await ask(format);
      let mostHeld = 0;
      const watch = () => {
        mostHeld = Math.max(mostHeld, heldBytes(ends, format));
        return ends.upstream?.bytesRead ?? 0;
      };
      await untilStill(watch);
      const readAtFirst = watch();
      assert.ok(readAtFirst > 0);
      // A kilobyte at a time.
      for (let read = 0; read < 500; read += 1) {
        client.read(1_024);
        await nextTurn();
        watch();
      }
      await untilStill(watch);
      // Most of the answer is still with the upstream: the rest is in the system's own buffers.
      assert.ok(watch() < eventCount * text.length * 0.75, `${watch()} bytes were taken`);
      assert.ok(mostHeld <= maxHeldBytes, `${Math.round(mostHeld / 1024)} kB were held`);
      console.log(`      at most ${Math.round(mostHeld / 1024)} kB were held`);
      client.destroy();
      ends.dispose();
      await until(() => upstream.calls.every(({ isOpen }) => !isOpen));
    }).timeout(30_000);
  }

  const silent: RawAnswer = { rawHead: '', pieces: [], ending: 'stall' };
  const begun = (format: Format): RawAnswer => ({
    ...healthyAnswer(format, true, 'A'),
    pieces: healthyAnswer(format, true, 'A').pieces.slice(0, 6),
    ending: 'stall',
  });
  const situations: Readonly<Record<string, (format: Format) => RawAnswer>> = {
    'before the first byte': () => silent,
    'in the middle of an answer': begun,
    'behind a full buffer': (format) => endless[format],
  };
  for (const [when, answerOf] of Object.entries(situations)) {
    for (const stream of [true, false]) {
      const kind = stream ? 'streaming' : 'non-streaming';
      it(`is let go with its upstream within 100 ms when it vanishes ${when} (${kind})`, async () => {
        const times: number[] = [];
        for (const format of formats) {
          for (let round = 0; round < 5; round += 1) {
            answer = answerOf(format);
            const client = await ask(format, { stream });
            const call = upstream.calls.at(-1);
            const isEndless = answer.pieces.length > 100;
            if (isEndless) await nextTurn();
            else await call?.whenPlayed;
            const sockets = upstream.openSockets();
            const startedAt = performance.now();
            client.destroy();
            await until(() => call?.isOpen === false);
            times.push(performance.now() - startedAt);
            await until(() => upstream.openSockets() < sockets);
          }
        }
        // The median, since another process may hold the machine for longer than that.
        const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Infinity;
        assert.ok(median < 100, `${median} ms`);
        assert.equal(upstream.openSockets(), 0);
        // One call for each request: nobody falls back for a client that has left.
        assert.equal(upstream.calls.length, times.length);
      }).timeout(30_000);
    }
  }
});
