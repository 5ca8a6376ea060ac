import assert from 'node:assert/strict';
import type { Clock } from '../../../../src/proxy/clock';
import type { WireFormat } from '../../../../src/proxy/types';
import { isObject, type JsonObject, parseJson } from '../../../../src/proxy/wire/json';
import { type ScriptedUpstream, startScriptedUpstream } from '../../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../../support/testProxy';

/** A client, the real proxy, and an upstream that serves the whole chain of two models. */
export interface ClientOver {
  readonly upstream: ScriptedUpstream;
  readonly proxy: TestProxy;
  ask(stream?: boolean): Promise<Response>;
  close(): Promise<void>;
}

export const question = {
  model: 'claude-opus-5-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hi' }],
};

export async function clientOver(
  format: WireFormat,
  options: { readonly chain?: readonly string[]; readonly clock?: Clock } = {},
): Promise<ClientOver> {
  const upstream = await startScriptedUpstream();
  const proxy = await startTestProxy({
    settings: {
      providers: {
        one: { baseUrl: upstream.url, wireFormat: format, credential: 'slot' },
        two: { baseUrl: upstream.url, wireFormat: format, credential: 'slot' },
      },
      scenarios: { default: { models: options.chain ?? ['one/alpha', 'two/beta'] } },
    },
    keys: { slot: 'sk-test-0123456789abcdef' },
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  return {
    upstream,
    proxy,
    ask: (stream = true) => proxy.post({ ...question, stream }),
    async close() {
      await proxy.close();
      await upstream.close();
    },
  };
}

/** The events of a client's stream. */
export function eventsIn(text: string): readonly JsonObject[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => {
      const event = parseJson(line.slice(5));
      assert.ok(isObject(event), line);
      return event;
    });
}

/** All pieces of text in a client's stream. */
export function textIn(text: string): string {
  return [...text.matchAll(/"text_delta","text":"([^"]*)"/g)].map(([, piece]) => piece).join('');
}
