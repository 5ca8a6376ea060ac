import { strict as assert } from 'node:assert';
import { KeyStore, type Secrets } from '../../../src/keys/keyStore';
import type { ApiKeys } from '../../../src/proxy/types';

/** SecretStorage in memory; `isBroken` makes it a system without a keyring. */
class FakeSecrets implements Secrets {
  readonly values = new Map<string, string>();
  isBroken = false;
  readonly #listeners = new Set<(event: { readonly key: string }) => void>();

  async get(name: string): Promise<string | undefined> {
    this.#check();
    return this.values.get(name);
  }

  async store(name: string, value: string): Promise<void> {
    this.#check();
    this.values.set(name, value);
    this.fire(name);
  }

  async delete(name: string): Promise<void> {
    this.#check();
    this.values.delete(name);
    this.fire(name);
  }

  async keys(): Promise<string[]> {
    this.#check();
    return [...this.values.keys()];
  }

  onDidChange(listener: (event: { readonly key: string }) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  fire(name: string): void {
    for (const listener of this.#listeners) listener({ key: name });
  }

  #check(): void {
    if (this.isBroken) throw new Error('no keyring');
  }
}

describe('KeyStore', () => {
  let secrets: FakeSecrets;
  let changes: ApiKeys[];
  let store: KeyStore;

  beforeEach(() => {
    secrets = new FakeSecrets();
    changes = [];
    store = new KeyStore(
      secrets,
      () => ['opencode', 'none'],
      (keys) => changes.push(keys),
    );
  });

  afterEach(() => store.dispose());

  it('reads all keys at start, and nothing else of the secrets', async () => {
    secrets.values.set('apiKey:opencode', 'one');
    secrets.values.set('apiKey:openai', 'two');
    secrets.values.set('accessToken:w', 'three');
    assert.deepEqual(await store.load(), { opencode: 'one', openai: 'two' });
  });

  it('tells of the stored keys once they are read', async () => {
    secrets.values.set('apiKey:opencode', 'one');
    await store.load();
    await store.load();
    assert.deepEqual(changes, [{ opencode: 'one' }]);
  });

  it('looks for the keys it knows of where the host cannot list its secrets', async () => {
    secrets.values.set('apiKey:opencode', 'one');
    secrets.keys = () => {
      throw new TypeError('secrets.keys is not a function');
    };
    assert.deepEqual(await store.load(), { opencode: 'one' });
  });

  it('tells of a new key once, although the storage tells of it too', async () => {
    assert.deepEqual(await store.store('opencode', 'one'), { outcome: 'stored' });
    await settled();
    assert.deepEqual(changes, [{ opencode: 'one' }]);
    assert.equal(secrets.values.get('apiKey:opencode'), 'one');
  });

  it('takes over a key that another window set', async () => {
    await store.load();
    secrets.values.set('apiKey:opencode', 'other');
    secrets.fire('apiKey:opencode');
    await settled();
    assert.deepEqual(store.current(), { opencode: 'other' });
    assert.equal(changes.length, 1);
  });

  it('forgets a deleted key', async () => {
    await store.store('opencode', 'one');
    await store.delete('opencode');
    await settled();
    assert.deepEqual(store.current(), {});
    assert.deepEqual(changes.at(-1), {});
    assert.equal(secrets.values.size, 0);
  });

  it('keeps a key for the session where there is no keyring', async () => {
    secrets.isBroken = true;
    const stored = await store.store('opencode', 'one');
    assert.deepEqual(stored, { outcome: 'failed', reason: 'no keyring' });
    assert.deepEqual(changes, []);
    store.keepForSession('opencode', 'one');
    assert.deepEqual(await store.load(), { opencode: 'one' });
    assert.equal(secrets.values.size, 0);
  });

  it('gives the reason of the system’s keyring without the key, should it repeat it', async () => {
    secrets.store = async (_name, value) => {
      throw new Error(`cannot write ${value} to the keyring`);
    };
    assert.deepEqual(await store.store('opencode', 'a-key-0123456789'), {
      outcome: 'failed',
      reason: 'cannot write [redacted] to the keyring',
    });
  });

  it('drops the key of the session once one is stored', async () => {
    store.keepForSession('opencode', 'one');
    await store.store('opencode', 'two');
    assert.deepEqual(store.current(), { opencode: 'two' });
  });

  it('makes an access token of 256 bits once for each workspace', async () => {
    const token = await store.accessToken('w');
    assert.match(token, /^[\w-]{43}$/);
    assert.equal(await store.accessToken('w'), token);
    assert.notEqual(await store.accessToken('other'), token);
    const nextWindow = new KeyStore(
      secrets,
      () => [],
      () => undefined,
    );
    assert.equal(await nextWindow.accessToken('w'), token);
  });

  it('has an access token without a keyring too', async () => {
    secrets.isBroken = true;
    const token = await store.accessToken('w');
    assert.equal(await store.accessToken('w'), token);
  });
});

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
