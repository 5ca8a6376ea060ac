// The real proxy between a client and an upstream that means harm.
import assert from 'node:assert/strict';
import type { WireFormat } from '../../src/proxy/types';
import { objectAt, parseJson, stringAt } from '../../src/proxy/wire/json';
import { createFakeClock, type FakeClock } from './fakeClock';
import { type RawUpstream, type Script, startRawUpstream } from './rawUpstream';
import { startTestProxy, type TestProxy } from './testProxy';

export const hostileKey = 'sk-hostile-0123456789abcdef';

export interface HostileBench {
  readonly upstream: RawUpstream;
  readonly proxy: TestProxy;
  readonly clock: FakeClock;
  /** One request, asked as if nothing were remembered of the upstream. */
  ask(script: Script, options?: AskOptions): Promise<Asked>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly format?: WireFormat;
  readonly stream?: boolean;
  /** Moves the clock on once the upstream has sent this much. */
  readonly advance?: { readonly behindBytes: number; readonly ms: number };
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** The sentence of an error, be it the whole answer or the end of a stream; '' when there is none. */
  readonly error: string;
}

const formats: readonly WireFormat[] = [
  'anthropic-messages',
  'openai-chat',
  'openai-responses',
  'gemini',
];

export async function startHostileBench(): Promise<HostileBench> {
  const clock = createFakeClock();
  const upstream = await startRawUpstream((line) => line.end());
  const provider = (wireFormat: WireFormat) => ({
    baseUrl: upstream.url,
    wireFormat,
    credential: 'slot',
  });
  const proxy = await startTestProxy({
    clock,
    keys: { slot: hostileKey },
    settings: {
      providers: Object.fromEntries(formats.map((format) => [format, provider(format)])),
      scenarios: Object.fromEntries(formats.map((format) => [format, { models: [`${format}/m`] }])),
    },
  });
  return {
    upstream,
    proxy,
    clock,
    async ask(script, { format = 'openai-chat', stream = true, advance } = {}) {
      proxy.proxy.resetHealth();
      upstream.play(script);
      const sent = upstream.sentBytes();
      const asked = proxy.post({
        model: `scenario:${format}`,
        max_tokens: 1000,
        stream,
        messages: [{ role: 'user', content: 'hi' }],
      });
      if (advance !== undefined) {
        await upstream.whenSent(sent + advance.behindBytes);
        clock.advance(advance.ms);
      }
      return read(await asked);
    },
    async close() {
      await proxy.close();
      await upstream.close();
    },
  };
}

/** Nothing that went wrong may have been a surprise. */
export function assertNoBug({ proxy }: HostileBench): void {
  assert.deepEqual(
    proxy.logs.filter((line) => line.includes(' bug: ')),
    [],
  );
}

async function read(response: Response): Promise<Asked> {
  const body = await response.text();
  const last = /event: error\ndata: (.*)\n/.exec(body)?.[1] ?? body;
  const error = stringAt(objectAt(parseJson(last), 'error'), 'message') ?? '';
  return { status: response.status, headers: response.headers, body, error };
}
