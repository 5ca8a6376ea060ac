import assert from 'node:assert/strict';
import { render } from '../../../src/proxy/phrase';
import { createFakeClock } from '../../support/fakeClock';
import { inEnglish } from '../../support/inEnglish';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

const key = 'sk-reach-0123456789';
const page = { usage: { weekly: { status: 'ok', percent: 5 } } };

describe('reach', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  async function start(keys: Record<string, string>, baseUrl = upstream.url): Promise<void> {
    proxy = await startTestProxy({
      clock: createFakeClock(),
      keys,
      settings: { providers: { 'opencode-go': { baseUrl } } },
    });
  }

  beforeEach(async () => {
    upstream = await startScriptedUpstream({ status: 200, body: page });
  });

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  const goOf = async () =>
    (await proxy.proxy.reach()).find(({ providerId }) => providerId === 'opencode-go');

  it('asks a provider once with the stored key, and tells the time that it named', async () => {
    const date = 'Sun, 22 Nov 2026 12:00:00 GMT';
    upstream.answer({ status: 200, headers: { date }, body: page });
    await start({ opencode: key });
    const reach = await goOf();
    assert.deepEqual(inEnglish(reach?.keys), [
      {
        credential: 'opencode',
        outcome: 'accepted',
        message: 'OpenCode accepted the API key.',
        plan: 'active',
      },
    ]);
    assert.equal(reach?.failure, undefined);
    assert.equal(reach?.clock?.theirs, Date.parse(date));
    assert.deepEqual(
      upstream.requests.map(({ path, headers }) => [path, headers.authorization]),
      [['/usage', `Bearer ${key}`]],
    );
  });

  it('tells of a key that is rejected without holding it against later requests', async () => {
    upstream.answer({
      status: 401,
      body: { type: 'error', error: { type: 'AuthError', message: 'Invalid API key.' } },
    });
    await start({ opencode: key });
    const reach = await goOf();
    assert.equal(reach?.failure, undefined);
    assert.equal(reach?.keys[0]?.outcome, 'rejected');
    assert.deepEqual(proxy.notices, []);
  });

  it('reaches a provider whose key is missing, and has nothing to say of a key', async () => {
    upstream.answer({ status: 401, body: {} });
    await start({});
    const reach = await goOf();
    assert.equal(reach?.failure, undefined);
    assert.deepEqual(reach?.keys, []);
    assert.equal(upstream.requests[0]?.headers.authorization, undefined);
  });

  it('names what stands in the way: nobody there, an HTTP proxy that wants a login', async () => {
    upstream.answer({ status: 407, body: {} });
    await start({ opencode: key });
    assert.equal(render((await goOf())?.failure ?? ''), 'the HTTP proxy wants a login (407)');
    await upstream.close();
    const reach = await goOf();
    assert.match(render(reach?.failure ?? ''), /nothing listens there \(ECONNREFUSED\)/);
    assert.equal(reach?.keys[0]?.outcome, 'unknown');
    assert.ok(!JSON.stringify(reach).includes(key));
  });

  it('leaves providers out that no chain in force uses', async () => {
    await start({ opencode: key });
    const asked = (await proxy.proxy.reach()).map(({ providerId }) => providerId);
    assert.deepEqual(asked, ['opencode-go']);
  });
});
