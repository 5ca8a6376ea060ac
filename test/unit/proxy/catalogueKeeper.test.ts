import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { catalogueModels, modelFacts } from '../../../src/proxy/catalogue';
import { type CatalogueKeeper, createCatalogueKeeper } from '../../../src/proxy/catalogueKeeper';
import {
  type CatalogueStore,
  createCatalogueStore,
  emptyCatalogue,
  newerOf,
  readStoredCatalogue,
  type StoredCatalogue,
} from '../../../src/proxy/catalogueStore';
import { createHealth, type Health } from '../../../src/proxy/health';
import { createLogger } from '../../../src/proxy/log';
import { builtInProviders } from '../../../src/proxy/providers';
import type { RoutingTable } from '../../../src/proxy/router';
import { createRoutingTable } from '../../../src/proxy/routingTable';
import type { ApiKeys, Provider, ProxySettings } from '../../../src/proxy/types';
import type { SendResult, UpstreamRequest } from '../../../src/proxy/upstream';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { anthropicList, modelsDevAnswer, openaiList } from '../../support/modelLists';
import { plainSettings } from '../../support/testProxy';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const goUrl = 'https://opencode.ai/zen/go/v1/models';
const zenUrl = 'https://opencode.ai/zen/v1/models';
const goModels = Object.keys(bundledOf('opencode-go'));
const zenModels = Object.keys(bundledOf('opencode-zen'));

/** An upstream for each address; `offline` wherever nothing is scripted. */
type Answers = Record<string, { readonly status: number; readonly body: unknown }>;

interface World {
  readonly keeper: CatalogueKeeper;
  readonly clock: FakeClock;
  readonly asked: UpstreamRequest[];
  readonly logs: string[];
  readonly table: () => RoutingTable;
  readonly kept: () => StoredCatalogue;
  readonly answers: Answers;
  readonly health: Health;
  configure(change: { settings?: Partial<ProxySettings>; keys?: ApiKeys }): void;
  /** Lets the time pass and whatever it started come to its end. */
  pass(ms: number): Promise<void>;
}

const openWorlds: World[] = [];

function createWorld(
  start: { settings?: Partial<ProxySettings>; keys?: ApiKeys; stored?: StoredCatalogue } = {},
  shared?: CatalogueStore,
): World {
  const clock = createFakeClock();
  const asked: UpstreamRequest[] = [];
  const logs: string[] = [];
  const answers: Answers = {
    [goUrl]: { status: 200, body: openaiList(goModels) },
    [zenUrl]: { status: 200, body: openaiList(zenModels) },
  };
  let settings: ProxySettings = { ...plainSettings, ...start.settings };
  let keys = start.keys ?? { opencode: 'sk-one' };
  let stored = start.stored ?? emptyCatalogue;
  const store = shared ?? {
    read: async () => stored,
    write: async (next: StoredCatalogue) => {
      // As it comes back from the disk.
      stored = readStoredCatalogue(JSON.parse(JSON.stringify(next)));
    },
  };
  const write = (level: string, message: string) => void logs.push(`[${level}] ${message}`);
  const log = createLogger({ write }, (text) => text);
  const health = createHealth({ now: clock.now, random: () => 0.5 });
  const core = {
    ...{ clock, log, health },
    version: () => '9.9.9',
    settings: () => settings,
    table: () => table,
    apiKey: (_provider: Provider, credential: string) => keys[credential],
    isKeyHeldBack: () => false,
    send: () => async (request: UpstreamRequest) => {
      asked.push(request);
      return sendResult(answers[request.url]);
    },
  };
  const keeper: CatalogueKeeper = createCatalogueKeeper({
    core,
    random: () => 0.5,
    onLearned: () => {
      table = createRoutingTable({ settings, keys }, keeper);
    },
  });
  let table = createRoutingTable({ settings, keys }, keeper);
  keeper.configured(store);
  const world: World = {
    ...{ keeper, clock, asked, logs, answers, health },
    table: () => table,
    kept: () => stored,
    configure(change) {
      settings = { ...settings, ...change.settings };
      keys = change.keys ?? keys;
      table = createRoutingTable({ settings, keys }, keeper);
      keeper.configured(store);
    },
    async pass(ms) {
      await settle();
      clock.advance(ms);
      await settle();
    },
  };
  openWorlds.push(world);
  return world;
}

describe('the catalogue’s keeper', () => {
  afterEach(() => {
    for (const { keeper } of openWorlds.splice(0)) keeper.dispose();
  });

  it('asks each provider whose key is set, at its own address, a moment after the start', async () => {
    const world = createWorld();
    await world.pass(20_000);
    assert.deepEqual(world.asked, []);
    await world.pass(2 * minuteMs);
    assert.deepEqual(world.asked.map(({ url }) => url).sort(), [goUrl, zenUrl].sort());
    for (const { method, headers } of world.asked) {
      assert.equal(method, 'GET');
      assert.equal(headers['authorization'], 'Bearer sk-one');
    }
    assert.match(
      world.logs.join('\n'),
      /\[info\] catalogue: opencode-go has 32 models \(nothing new\)/,
    );
  });

  it('asks nobody without a reason: no key, or none that is not known to be bad', async () => {
    const without = createWorld({ keys: {} });
    await without.pass(dayMs);
    assert.deepEqual(without.asked, []);
    const rejected = createWorld();
    const provider = rejected.table().providers.get('opencode-go');
    assert.ok(provider !== undefined);
    rejected.health.rest({
      scope: 'credential',
      key: 'opencode',
      failure: { kind: 'keyRejected', detail: 'no', provider, model: 'glm-5.3' },
      untilAt: rejected.clock.now() + dayMs,
    });
    await rejected.pass(hourMs);
    assert.deepEqual(rejected.asked, []);
    const local = createWorld({
      keys: {},
      settings: { scenarios: { mine: { models: ['ollama/x'] } } },
    });
    await local.pass(hourMs);
    assert.deepEqual(
      local.asked.map(({ url }) => url),
      ['http://127.0.0.1:11434/v1/models'],
    );
    assert.equal(local.asked[0]?.headers['authorization'], undefined);
  });

  it('asks with the next key of a provider where one is known to be bad', async () => {
    const providers = { deepseek: { credential: ['one', 'two'] } };
    const world = createWorld({ keys: { one: 'sk-1', two: 'sk-2' }, settings: { providers } });
    const provider = world.table().providers.get('deepseek');
    assert.ok(provider !== undefined);
    world.health.rest({
      scope: 'credential',
      key: 'one',
      failure: { kind: 'keyRejected', detail: 'no', provider, model: 'any' },
      untilAt: world.clock.now() + dayMs,
    });
    await world.keeper.refresh();
    assert.deepEqual(
      world.asked.map(({ headers }) => headers['authorization']),
      ['Bearer sk-2'],
    );
  });

  it('asks once a day, however often it starts and settings change', async () => {
    const world = createWorld();
    await world.pass(5 * minuteMs);
    assert.equal(world.asked.length, 2);
    world.configure({});
    await world.pass(20 * hourMs);
    const again = createWorld({ stored: world.kept() });
    await again.pass(20 * hourMs);
    assert.equal(world.asked.length + again.asked.length, 2);
    await world.pass(5 * hourMs);
    assert.equal(world.asked.length, 4);
  });

  it('leaves it to whichever window is first', async () => {
    let stored = emptyCatalogue;
    const store: CatalogueStore = {
      read: async () => stored,
      write: async (next) => {
        stored = next;
      },
    };
    const first = createWorld({}, store);
    const second = createWorld({}, store);
    await first.pass(2 * minuteMs);
    second.clock.jump(minuteMs);
    await second.pass(2 * minuteMs);
    assert.equal(first.asked.length, 2);
    assert.equal(second.asked.length, 0);
    assert.ok(second.table().providers.get('opencode-go')?.learned !== undefined);
  });

  it('asks nobody by itself when it is switched off, and all when a person asks', async () => {
    const world = createWorld({ settings: { catalogueRefresh: 'off' } });
    await world.pass(2 * dayMs);
    assert.deepEqual(world.asked, []);
    const { providers } = await world.keeper.refresh();
    assert.equal(world.asked.length, 2);
    assert.deepEqual(
      providers.map(({ label }) => label),
      ['OpenCode Go', 'OpenCode Zen'],
    );
  });

  it('takes over what is new, gone and changed, and tells it', async () => {
    const world = createWorld({ keys: { anthropic: 'sk-ant' } });
    const url = 'https://api.anthropic.com/v1/models?limit=1000';
    world.answers[url] = { status: 200, body: anthropicList };
    const { providers, retired } = await world.keeper.refresh();
    const [anthropic] = providers;
    assert.equal(anthropic?.label, 'Anthropic');
    assert.deepEqual(anthropic?.added, []);
    assert.ok(anthropic?.removed.includes('claude-opus-5'));
    assert.deepEqual(anthropic?.changed, [
      'claude-sonnet-5-5: context 1,000,000 tokens → 2,000,000 tokens',
    ]);
    assert.deepEqual(retired, []);
    assert.equal(world.asked[0]?.headers['x-api-key'], 'sk-ant');
    const provider = world.table().providers.get('anthropic');
    assert.ok(provider !== undefined);
    assert.equal(modelFacts(provider, 'claude-sonnet-5-5').context, 2_000_000);
    assert.equal(world.keeper.refreshedAt(), world.clock.now());
  });

  it('puts the next model into a chain for one that is gone, and says so once', async () => {
    const world = createWorld();
    const left = goModels.filter((id) => id !== 'glm-5.3');
    world.answers[goUrl] = { status: 200, body: openaiList([...left, 'glm-6']) };
    const { retired } = await world.keeper.refresh();
    assert.deepEqual(retired, [{ name: 'opencode-go/glm-5.3', instead: 'opencode-go/glm-5.2' }]);
    const inDefault = world.table().scenarios.find(({ name }) => name === 'default')?.models;
    assert.ok(
      inDefault?.includes('opencode-go/glm-5.2') && !inDefault.includes('opencode-go/glm-5.3'),
    );
    await world.keeper.refresh();
    await world.pass(3 * dayMs);
    const said = world.logs.filter((line) => line.includes('opencode-go/glm-5.3 is not offered'));
    assert.equal(said.length, 1);
    assert.match(world.logs.join('\n'), /opencode-go has 32 models \(1 new, 1 gone\)/);
  });

  for (const [what, status, body] of [
    ['a web page', 200, '<html>Sign in to the network</html>'],
    ['an error', 500, { error: { message: 'no' } }],
    ['a refusal of the key', 401, { error: { message: 'no' } }],
    ['an empty list', 200, openaiList([])],
    ['somebody else’s list', 200, openaiList(['llama-9', 'phi-7'])],
    ['more than can be read', 200, `{"data":[${'{"id":"glm-5.3"},'.repeat(300_000)}]}`],
  ] as const) {
    it(`keeps the last good copy when it gets ${what}, and asks the next day`, async () => {
      const world = createWorld();
      world.answers[goUrl] = { status: 200, body: openaiList(['glm-5.3', 'glm-6']) };
      await world.keeper.refresh();
      world.answers[goUrl] = { status, body };
      const { providers } = await world.keeper.refresh();
      assert.ok(providers[0]?.failure !== undefined);
      const provider = world.table().providers.get('opencode-go');
      assert.ok(provider !== undefined);
      assert.deepEqual(catalogueModels(provider), ['glm-5.3', 'glm-6']);
      assert.equal(
        world.logs.filter((line) => line.startsWith('[info] catalogue: opencode-go was not'))
          .length,
        1,
      );
      const before = world.asked.length;
      await world.pass(23 * hourMs);
      assert.equal(world.asked.length, before);
      await world.pass(2 * hourMs);
      assert.equal(world.asked.length, before + 2);
    });
  }

  it('is silent offline, keeps what it has, and tries again in an hour', async () => {
    const world = createWorld();
    delete world.answers[goUrl];
    delete world.answers[zenUrl];
    await world.pass(2 * minuteMs);
    assert.equal(world.asked.length, 2);
    await world.pass(30 * minuteMs);
    assert.equal(world.asked.length, 2);
    await world.pass(35 * minuteMs);
    assert.equal(world.asked.length, 4);
    assert.deepEqual(
      world.logs.filter((line) => !line.startsWith('[debug]')),
      [],
    );
    assert.deepEqual(world.kept(), emptyCatalogue);
  });

  it('asks anew when a person sets a key', async () => {
    const world = createWorld();
    await world.pass(2 * minuteMs);
    world.keeper.keyConfirmed('opencode');
    await world.pass(10_000);
    assert.equal(world.asked.length, 2);
    await world.pass(2 * minuteMs);
    assert.equal(world.asked.length, 4);
  });

  it('asks a moved provider where it moved to, and believes its names only', async () => {
    const settings = { providers: { anthropic: { baseUrl: 'https://gateway.example/v1' } } };
    const world = createWorld({ keys: { anthropic: 'sk-ant' }, settings });
    world.answers['https://gateway.example/v1/models?limit=1000'] = {
      status: 200,
      body: anthropicList,
    };
    await world.keeper.refresh();
    const provider = world.table().providers.get('anthropic');
    assert.ok(provider !== undefined);
    assert.deepEqual(catalogueModels(provider), ['claude-sonnet-5-5', 'claude-haiku-4-5-20251001']);
    assert.equal(modelFacts(provider, 'claude-sonnet-5-5').context, 1_000_000);
    world.configure({ settings: { providers: {} } });
    const home = world.table().providers.get('anthropic');
    assert.equal(home?.learned, undefined);
  });

  it('asks models.dev only where a person wants it, without any key, and once a day', async () => {
    const world = createWorld({ settings: { catalogueRefresh: 'modelsDev' } });
    const url = 'https://models.dev/api.json';
    world.answers[url] = { status: 200, body: modelsDevAnswer };
    world.answers[goUrl] = { status: 200, body: openaiList(['glm-5.3', 'glm-6', 'qwen4-max']) };
    await world.pass(2 * minuteMs);
    const [request, ...others] = world.asked.filter((one) => one.url === url);
    assert.deepEqual(others, []);
    assert.doesNotMatch(JSON.stringify(request), /sk-one/);
    const provider = world.table().providers.get('opencode-go');
    assert.ok(provider !== undefined);
    assert.equal(modelFacts(provider, 'glm-6').context, 2_000_000);
    assert.equal(modelFacts(provider, 'qwen4-max').wireFormat, 'anthropic-messages');
    await world.pass(20 * hourMs);
    assert.equal(world.asked.filter((one) => one.url === url).length, 1);
    world.configure({ settings: { catalogueRefresh: 'providers' } });
    const without = world.table().providers.get('opencode-go');
    assert.ok(without !== undefined);
    assert.equal(modelFacts(without, 'glm-6').context, undefined);
    await world.pass(2 * dayMs);
    assert.equal(world.asked.filter((one) => one.url === url).length, 1);
  });

  it('is not insistent with models.dev when that answers nonsense', async () => {
    const world = createWorld({ settings: { catalogueRefresh: 'modelsDev' } });
    world.answers['https://models.dev/api.json'] = { status: 200, body: '<html>' };
    await world.pass(2 * minuteMs);
    for (let hour = 0; hour < 20; hour += 1) await world.pass(hourMs);
    assert.equal(world.asked.filter(({ url }) => url.startsWith('https://models.dev')).length, 1);
  });

  it('tells the models of one provider, for the choice of a chain', async () => {
    const settings = {
      providers: { gateway: { baseUrl: 'https://gateway.example/v1', models: { own: {} } } },
    };
    const world = createWorld({ keys: { gateway: 'sk-gate' }, settings });
    world.answers['https://gateway.example/v1/models'] = {
      status: 200,
      body: openaiList(['big', 'small']),
    };
    assert.deepEqual(await world.keeper.modelsOf('gateway'), ['own', 'big', 'small']);
    assert.equal(world.asked.length, 1);
    assert.deepEqual(await world.keeper.modelsOf('nobody'), []);
  });

  it('prefers what came with a later version to what an earlier one learned', async () => {
    const learnedAt = Date.UTC(2026, 9, 1);
    const world = createWorld();
    await world.keeper.refresh();
    const { providers } = world.kept();
    const go = providers['opencode-go'];
    assert.ok(go !== undefined);
    const old = { ...go, askedAt: learnedAt, learnedAt, listed: ['glm-5.1'] };
    const later = createWorld({ stored: { providers: { 'opencode-go': old } } });
    await settle();
    assert.equal(later.table().providers.get('opencode-go')?.learned, undefined);
  });

  it('leaves no timer behind', async () => {
    const world = createWorld();
    await settle();
    assert.equal(world.clock.pending(), 1);
    world.keeper.dispose();
    assert.equal(world.clock.pending(), 0);
  });
});

describe('the catalogue’s file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'switchyard-catalogue-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const catalogue: StoredCatalogue = {
    providers: {
      openai: {
        source: 'abc',
        askedAt: 2,
        learnedAt: 2,
        listed: ['gpt-7'],
        facts: { 'gpt-7': { context: 400_000, price: [1, 2, 0.1, 0] } },
      },
    },
    modelsDev: { askedAt: 1, learnedAt: 1, facts: { openai: { 'gpt-7': { images: true } } } },
  };

  it('gives back what was kept, in a folder made for it, and leaves nothing else there', async () => {
    const inner = path.join(folder, 'new', 'storage');
    const store = createCatalogueStore(inner);
    assert.deepEqual(await store.read(), emptyCatalogue);
    await store.write(catalogue);
    assert.deepEqual(await store.read(), catalogue);
    assert.deepEqual(readdirSync(inner), ['catalogue.json']);
  });

  for (const [what, text] of [
    ['cut off', '{"providers":{"openai":{"source":"a'],
    ['of another shape', '{"providers":[1]}'],
    ['empty', ''],
  ] as const) {
    it(`is as good as absent when it is ${what}`, async () => {
      writeFileSync(path.join(folder, 'catalogue.json'), text);
      assert.deepEqual(await createCatalogueStore(folder).read(), emptyCatalogue);
    });
  }

  it('gives no facts that are out of reason, whoever wrote them', async () => {
    const bad = {
      openai: {
        source: 'a',
        askedAt: 1,
        facts: { 'gpt-7': { context: -1, images: true }, 'a b': {} },
      },
    };
    assert.deepEqual(readStoredCatalogue({ providers: bad }).providers['openai']?.facts, {
      'gpt-7': { images: true },
    });
  });

  it('is written without a sound where it cannot be', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    await createCatalogueStore(path.join(file, 'under')).write(catalogue);
    assert.equal(readFileSync(file, 'utf8'), '');
  });

  it('of two windows gives of each source the newer', () => {
    const openai = { source: 'abc', askedAt: 9, facts: {} };
    const zai = { source: 'z', askedAt: 1, facts: {} };
    const both = newerOf(catalogue, { providers: { openai, zai } });
    assert.deepEqual(both, { ...catalogue, providers: { openai, zai } });
    assert.deepEqual(newerOf({ providers: { openai, zai } }, catalogue), both);
  });
});

function bundledOf(id: string): object {
  const file = path.resolve(__dirname, '../../../src/proxy/catalogue.json');
  const { providers } = JSON.parse(readFileSync(file, 'utf8'));
  assert.ok(builtInProviders.some((provider) => provider.id === id));
  return providers[id];
}

function sendResult(answer: Answers[string] | undefined): SendResult {
  if (answer === undefined) return { ok: false, reason: 'unreachable', detail: 'no such host' };
  const { status, body } = answer;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  }
  return { ok: true, response: { status, headers: {}, body: bytes(), destroy: () => undefined } };
}

/** Everything that was started without a timer has ended. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
