import assert from 'node:assert/strict';
import { createSignatureMemory } from '../../../src/proxy/signatures';
import type { Provider, Target } from '../../../src/proxy/types';
import { isObject, parseJson } from '../../../src/proxy/wire/json';
import { anthropicMessage, anthropicStream } from '../../support/anthropicAnswers';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';
import { encode } from './wire/requests';

function target(id: string, model: string, more: Partial<Provider> = {}): Target {
  const wireFormat = 'anthropic-messages';
  const base = { label: id, baseUrl: `http://${id}.invalid`, credentials: [id], models: {} };
  return {
    provider: { id, wireFormat, ...base, ...more },
    model,
    wireFormat,
    facts: {},
    parameters: {},
  };
}

const claude = target('anthropic', 'claude-opus-5-5', { isAnthropic: true });
const minimax = target('opencode-go', 'minimax-m3', { isOpencode: true });

describe('the memory of signatures', () => {
  it('gives thinking back to the family of models that sealed it, wherever it is hosted', () => {
    const memory = createSignatureMemory();
    memory.minted('from-claude', claude);
    memory.minted('from-minimax', minimax);
    assert.equal(memory.mayReplay('from-claude', claude), true);
    assert.equal(memory.mayReplay('from-claude', target('zen', 'claude-haiku-5')), true);
    assert.equal(memory.mayReplay('from-minimax', claude), false);
    assert.equal(memory.mayReplay('from-claude', minimax), false);
  });

  it('takes the models of one provider for one vendor’s, but for a gateway', () => {
    const memory = createSignatureMemory();
    memory.minted('a', target('own', 'fast'));
    memory.minted('b', minimax);
    assert.equal(memory.mayReplay('a', target('own', 'smart')), true);
    assert.equal(
      memory.mayReplay('b', target('opencode-go', 'claude-opus-5-5', { isOpencode: true })),
      false,
    );
  });

  it('lets pass what it does not know, and forgets what was not asked for the longest', () => {
    const memory = createSignatureMemory(2);
    memory.minted('', minimax);
    assert.equal(memory.mayReplay('', claude), true);
    memory.minted('a', minimax);
    memory.minted('b', minimax);
    assert.equal(memory.mayReplay('a', claude), false);
    memory.minted('c', minimax);
    assert.equal(memory.mayReplay('a', claude), false);
    assert.equal(memory.mayReplay('b', claude), true);
  });
});

describe('a request to Anthropic after other vendors have served', () => {
  const format = 'anthropic-messages';
  const mayReplay = (signature: string) => signature !== 'foreign';
  const thought = (signature: string) =>
    `{"type":"thinking", "thinking":"Hm.", "signature":"${signature}"}`;
  const said = (signature: string) =>
    `{"role":"assistant", "content":[${thought(signature)},{"type":"tool_use","id":"a","name":"Read","input":{}}]}`;
  const result = '{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"}]}';
  const request = (...messages: readonly string[]) =>
    `{"model":"claude-opus-5-5","max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":2000},"messages":[${messages.join(',')}]}`;
  const sent = (rawBody: string) =>
    encode(format, rawBody, { isAnthropic: true, model: 'claude-opus-5-5', mayReplay }).body;

  it('loses their thinking, in those messages only', () => {
    const body = sent(request(said('foreign'), result, said('own'), result));
    assert.doesNotMatch(body, /foreign/);
    assert.ok(body.includes(`${said('own')},${result}]`), body);
  });

  it('does not think in a turn whose own thinking had to go', () => {
    assert.doesNotMatch(sent(request(said('foreign'), result)), /"thinking"/);
  });

  it('is the client’s own text when all of it is Anthropic’s', () => {
    const rawBody = request(said('own'), result, said('own'), result);
    assert.equal(sent(rawBody), rawBody);
  });
});

describe('a conversation that changes its model', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    proxy = await startTestProxy({
      settings: {
        providers: { 'opencode-go': { baseUrl: upstream.url } },
        modelOverrides: {
          'claude-*': ['opencode-go/claude-opus-5-5'],
          'minimax-*': ['opencode-go/minimax-m3'],
        },
      },
      keys: { opencode: 'sk-test-0123456789abcdef' },
    });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  const thought = { type: 'thinking', thinking: 'Hm, well.', signature: 'EqQBCg=="ü' } as const;
  const said = [thought, { type: 'text', text: 'Yes.' }] as const;
  /** The second turn as a client writes it: with spaces that no re-serialisation would keep. */
  const history = `[{"role":"user", "content":"Hi"},{"role":"assistant", "content":${JSON.stringify(said)}},{"role":"user", "content":"Go on"}]`;

  async function turn(model: string, messages: string, stream = true): Promise<string> {
    upstream.answer(stream ? anthropicStream(said) : anthropicMessage(said));
    const response = await proxy.post(
      `{"model":"${model}","max_tokens":1000,"stream":${stream},"messages":${messages}}`,
    );
    assert.equal(response.status, 200);
    await response.text();
    return upstream.requests.at(-1)?.text ?? '';
  }

  const first = '[{"role":"user","content":"Hi"}]';

  for (const stream of [true, false]) {
    const how = stream ? 'streamed' : 'whole';

    it(`leaves the thinking of the one before out, ${how}`, async () => {
      await turn('minimax-x', first, stream);
      const sent = await turn('claude-x', history, stream);
      assert.ok(sent.startsWith('{"model":"claude-opus-5-5"'));
      assert.doesNotMatch(sent, /Hm, well|EqQB/);
      assert.match(sent, /Yes\./);
      const body = parseJson(sent);
      assert.ok(isObject(body) && Array.isArray(body['messages']) && body['messages'].length === 3);
    });

    it(`gives a model its own thinking back byte for byte, ${how}`, async () => {
      await turn('minimax-x', first, stream);
      assert.ok((await turn('minimax-x', history, stream)).includes(history));
    });
  }

  it('gives thinking that nobody remembers to whoever is asked', async () => {
    assert.ok((await turn('claude-x', history)).includes(history));
  });
});
