// The port under attack: a proxy in front of an upstream that must never hear of it, and what an attacker sends.
import assert from 'node:assert/strict';
import { anthropicMessage } from '../support/anthropicAnswers';
import { exchangeRaw, type RawAnswer, requestText } from '../support/rawClient';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import {
  startTestProxy,
  type TestProxy,
  type TestProxyOptions,
  testToken,
} from '../support/testProxy';

export const upstreamSecret = 'the-answer-that-no-attacker-may-read';

export interface Port {
  readonly number: number;
  readonly proxy: TestProxy;
  readonly upstream: ScriptedUpstream;
  close(): Promise<void>;
}

export async function openPort(options: TestProxyOptions = {}): Promise<Port> {
  const upstream = await startScriptedUpstream(
    anthropicMessage([{ type: 'text', text: upstreamSecret }]),
  );
  const proxy = await startTestProxy({
    // Nobody closes as slowly as an attacker; most tests need not wait for that.
    limits: { lingerMs: 50 },
    ...options,
    settings: {
      providers: {
        up: { baseUrl: upstream.url, wireFormat: 'anthropic-messages', credential: 'none' },
      },
      scenarios: { default: { models: ['up/m'] } },
    },
  });
  return {
    number: Number(new URL(proxy.url).port),
    proxy,
    upstream,
    async close() {
      await proxy.close();
      await upstream.close();
    },
  };
}

export const messagesBody = JSON.stringify({
  model: 'm',
  max_tokens: 10,
  messages: [{ role: 'user', content: 'hi' }],
});

/** The headers of an honest request, by name; undefined leaves one out. */
export type HeaderChange = Readonly<Record<string, string | undefined>>;

/** An honest request for an answer of the upstream, but for what is changed. */
export function messagesRequest(
  port: number,
  change: HeaderChange = {},
  { requestLine = 'POST /v1/messages HTTP/1.1', extraLines = [] }: RequestChange = {},
): string {
  return requestText(requestLine, [...headerLines(port, change), ...extraLines], messagesBody);
}

interface RequestChange {
  readonly requestLine?: string;
  readonly extraLines?: readonly string[];
}

export function headerLines(port: number, change: HeaderChange = {}): readonly string[] {
  const headers: HeaderChange = {
    host: `127.0.0.1:${port}`,
    authorization: `Bearer ${testToken}`,
    'content-type': 'application/json',
    connection: 'close',
    ...change,
  };
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
}

/** Sends one request and checks that it was refused with this status, and that nothing else came of it. */
export async function assertRefused(
  port: Port,
  request: string,
  status: number,
): Promise<RawAnswer> {
  const [answer, ...others] = await exchangeRaw(port.number, request);
  assert.equal(answer?.status, status, request.slice(0, 300));
  assert.deepEqual(others, []);
  assertTellsNothing(answer);
  assert.equal(port.upstream.requests.length, 0, 'the upstream was called');
  return answer;
}

/** What every refusal has in common: no CORS header, no secret, no kept connection. */
export function assertTellsNothing(answer: RawAnswer): void {
  for (const [name, value] of answer.headers) {
    assert.ok(!name.startsWith('access-control-'), `${name}: ${value}`);
    assert.notEqual(name, 'set-cookie');
    assert.notEqual(name, 'www-authenticate');
  }
  assert.match(answer.headers.get('connection') ?? '', /^close\b/);
  assert.ok(!answer.body.includes(testToken));
  assert.ok(!answer.body.includes(upstreamSecret));
  assert.doesNotMatch(answer.body, /\bat .*:\d+:\d+/, 'a stack');
}

/** Sends one request and checks that it reached the upstream: the counterpart that gives the refusals their meaning. */
export async function assertServed(port: Port, request: string): Promise<RawAnswer> {
  const before = port.upstream.requests.length;
  const answers = await exchangeRaw(port.number, request);
  const answer = answers.at(-1);
  assert.equal(answer?.status, 200, `${request.slice(0, 300)}\n${answer?.body}`);
  assert.ok(answer.body.includes(upstreamSecret));
  assert.equal(port.upstream.requests.length, before + 1);
  return answer;
}
