import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createProxy, type SwitchyardProxy } from '../../../src/proxy/proxy';
import type { ProviderSettings } from '../../../src/proxy/types';
import { inEnglish } from '../../support/inEnglish';
import { openaiList } from '../../support/modelLists';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { plainSettings, startTestProxy, type TestProxy } from '../../support/testProxy';
import { OPENCODE_CONSOLE_ERRORS } from '../../support/upstreamErrors';

describe('a check of a key', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;
  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    const entry: ProviderSettings = { baseUrl: upstream.url };
    const providers = { 'opencode-go': entry, anthropic: entry, deepseek: entry };
    proxy = await startTestProxy({ settings: { providers } });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  it('tells that the key has a plan', async () => {
    upstream.answer({ status: 200, body: { usage: {} } });
    const check = await proxy.proxy.checkKey('opencode-go', 'sk-one');
    assert.deepEqual(inEnglish(check), {
      outcome: 'accepted',
      message: 'OpenCode accepted the API key.',
      plan: 'active',
    });
    assert.equal(upstream.requests[0]?.path, '/usage');
  });

  it('tells that the key is good and has no plan', async () => {
    upstream.answer(OPENCODE_CONSOLE_ERRORS.noGoSubscription);
    const check = await proxy.proxy.checkKey('opencode-go', 'sk-one');
    assert.deepEqual(inEnglish(check), {
      outcome: 'accepted',
      message: 'OpenCode accepted the API key, but it has no OpenCode Go subscription.',
      plan: 'missing',
    });
  });

  it('says nothing of a plan where there are none, and sends the key where the format reads it', async () => {
    upstream.answerAlways({ status: 200, body: openaiList(['any']) });
    const check = await proxy.proxy.checkKey('deepseek', 'sk-two');
    assert.deepEqual(inEnglish(check), {
      outcome: 'accepted',
      message: 'DeepSeek accepted the API key.',
    });
    await proxy.proxy.checkKey('anthropic', 'sk-three');
    const [deepseek, anthropic] = upstream.requests;
    assert.equal(deepseek?.headers.authorization, 'Bearer sk-two');
    assert.equal(anthropic?.headers['x-api-key'], 'sk-three');
    assert.equal(anthropic?.headers['anthropic-version'], '2023-06-01');
    assert.equal(anthropic?.headers.authorization, undefined);
  });
});

describe('the proxy’s catalogue', () => {
  let upstream: ScriptedUpstream;
  let folder: string;
  const open: SwitchyardProxy[] = [];
  beforeEach(async () => {
    upstream = await startScriptedUpstream({ status: 200, body: openaiList(['deepseek-v5']) });
    folder = mkdtempSync(path.join(tmpdir(), 'switchyard-proxy-'));
  });
  afterEach(async () => {
    for (const proxy of open.splice(0)) await proxy.dispose();
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** `refreshed` resolves with the first report that tells of a refresh. */
  function start(): { proxy: SwitchyardProxy; refreshed: Promise<unknown> } {
    let tell: (value: unknown) => void = () => undefined;
    const refreshed = new Promise((resolve) => {
      tell = resolve;
    });
    const proxy = createProxy({
      write: () => undefined,
      onReport({ catalogue }) {
        if (catalogue?.refreshedAt !== undefined) tell(catalogue);
      },
    });
    open.push(proxy);
    const settings = { ...plainSettings, providers: { deepseek: { baseUrl: upstream.url } } };
    const keys = { deepseek: 'sk-two' };
    proxy.configure({ version: '9.9.9', settings, keys, storageFolder: folder });
    return { proxy, refreshed };
  }

  it('is kept in the folder, and is in force and in the report of the next start without any call', async () => {
    const first = start();
    const { providers } = await first.proxy.refreshCatalogue();
    assert.deepEqual(providers[0]?.added, ['deepseek-v5']);
    assert.ok(existsSync(path.join(folder, 'catalogue.json')));
    await first.proxy.dispose();
    const second = start();
    await second.refreshed;
    assert.equal(upstream.requests.length, 1);
  });
});
