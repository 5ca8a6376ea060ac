import { randomBytes } from 'node:crypto';
import { redact } from '../proxy/redact';
import type { ApiKeys } from '../proxy/types';

/** What is used of VS Code's SecretStorage. */
export interface Secrets {
  get(name: string): Thenable<string | undefined>;
  store(name: string, value: string): Thenable<void>;
  delete(name: string): Thenable<void>;
  keys(): Thenable<string[]>;
  onDidChange(listener: (event: { readonly key: string }) => void): { dispose(): void };
}

/** `failed`: the system has no working keyring; `reason` is its own message. */
export type StoreResult =
  | { readonly outcome: 'stored' }
  | { readonly outcome: 'failed'; readonly reason: string };

const apiKeyPrefix = 'apiKey:';
const accessTokenPrefix = 'accessToken:';
/** 256 bits, in base64url. */
const accessTokenBytes = 32;

/** API keys, one secret per credential, read ahead of need; and the access tokens of the workspaces. */
export class KeyStore {
  readonly #secrets: Secrets;
  readonly #knownCredentials: () => readonly string[];
  readonly #changed: (keys: ApiKeys) => void;
  readonly #subscription: { dispose(): void };
  readonly #stored = new Map<string, string>();
  /** Keys that the system could not keep; they end with the window. */
  readonly #session = new Map<string, string>();
  readonly #sessionTokens = new Map<string, string>();
  #loading: Promise<void> | undefined;

  /**
   * `changed` is called with all keys once they are read, and after any of them changed, in this window or another.
   * `knownCredentials` are looked for where the host cannot list its secrets.
   */
  constructor(
    secrets: Secrets,
    knownCredentials: () => readonly string[],
    changed: (keys: ApiKeys) => void,
  ) {
    this.#secrets = secrets;
    this.#knownCredentials = knownCredentials;
    this.#changed = changed;
    this.#subscription = secrets.onDidChange(({ key: name }) => {
      if (name.startsWith(apiKeyPrefix)) void this.#reread(name.slice(apiKeyPrefix.length));
    });
  }

  /** All keys, by credential. Reads the secrets at the first call; rejects never: unreadable keys are absent. */
  async load(): Promise<ApiKeys> {
    this.#loading ??= this.#readAll();
    await this.#loading;
    return this.current();
  }

  /** The keys that are known now, without waiting. */
  current(): ApiKeys {
    return Object.fromEntries([...this.#stored, ...this.#session]);
  }

  /** Keeps `key` for good; on `failed` nothing changed, and `keepForSession` is the way out. */
  async store(credential: string, key: string): Promise<StoreResult> {
    try {
      await this.#secrets.store(apiKeyPrefix + credential, key);
    } catch (error: unknown) {
      return { outcome: 'failed', reason: redact(reasonOf(error), [key]) };
    }
    const hadSessionKey = this.#session.delete(credential);
    // SecretStorage tells of its own change too; whichever comes second finds nothing new.
    if (this.#stored.get(credential) !== key || hadSessionKey) {
      this.#stored.set(credential, key);
      this.#changed(this.current());
    }
    return { outcome: 'stored' };
  }

  /** Keeps `key` in memory until the window closes. */
  keepForSession(credential: string, key: string): void {
    this.#session.set(credential, key);
    this.#changed(this.current());
  }

  /** Forgets the key of `credential`, stored or not. */
  async delete(credential: string): Promise<StoreResult> {
    const known = this.#stored.delete(credential);
    if (this.#session.delete(credential) || known) this.#changed(this.current());
    try {
      await this.#secrets.delete(apiKeyPrefix + credential);
      return { outcome: 'stored' };
    } catch (error: unknown) {
      return { outcome: 'failed', reason: reasonOf(error) };
    }
  }

  /** The access token of a workspace; made at its first use. */
  async accessToken(workspaceId: string): Promise<string> {
    const name = accessTokenPrefix + workspaceId;
    const held = this.#sessionTokens.get(workspaceId);
    if (held !== undefined) return held;
    const known = await this.#read(name);
    const token = known ?? randomBytes(accessTokenBytes).toString('base64url');
    this.#sessionTokens.set(workspaceId, token);
    if (known === undefined) {
      // Without a keyring the token lasts as long as the window; terminals then need to be opened anew.
      await Promise.resolve(this.#secrets.store(name, token)).catch(() => undefined);
    }
    return token;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #readAll(): Promise<void> {
    const credentials = await this.#storedCredentials();
    await Promise.all(
      credentials.map(async (credential) => {
        const key = await this.#read(apiKeyPrefix + credential);
        if (key !== undefined) this.#stored.set(credential, key);
      }),
    );
    if (this.#stored.size > 0) this.#changed(this.current());
  }

  async #storedCredentials(): Promise<readonly string[]> {
    try {
      const names = await this.#secrets.keys();
      return names
        .filter((name) => name.startsWith(apiKeyPrefix))
        .map((name) => name.slice(apiKeyPrefix.length));
    } catch {
      // A young part of the interface: forks of VS Code may lack it, and then the call itself throws.
      return [...new Set(this.#knownCredentials())];
    }
  }

  async #reread(credential: string): Promise<void> {
    const key = await this.#read(apiKeyPrefix + credential);
    if (this.#stored.get(credential) === key) return;
    if (key === undefined) this.#stored.delete(credential);
    else this.#stored.set(credential, key);
    this.#changed(this.current());
  }

  /** Undefined when there is none or the keyring does not answer. */
  async #read(name: string): Promise<string | undefined> {
    try {
      const value = await this.#secrets.get(name);
      return value === undefined || value === '' ? undefined : value;
    } catch {
      // A locked or missing keyring: as good as no key, and said when the person sets one.
      return undefined;
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
