import {
  type HeldBackKey,
  heldBackKeys,
  type OriginMemory,
  originsInForce,
} from './keys/originMemory';
import type { KeyOrigins } from './proxy/keyOrigins';
import type { ApiKeys, Provider } from './proxy/types';

export interface ConsentParts {
  readonly memory: OriginMemory;
  /** Those in force. */
  readonly providers: () => Iterable<Provider>;
  readonly keys: () => ApiKeys;
  /** Asks a person whether the key may go there. */
  readonly ask: (held: HeldBackKey) => Promise<boolean>;
  /** Somebody agreed: the keys may go further than before. */
  readonly agreed: () => void;
}

/**
 * Lets a key go to the addresses for which a person set it, and to no other that the settings may come to name: those it
 * asks for first. The proxy holds the key back until then.
 */
export class KeyConsent {
  readonly #parts: ConsentParts;
  readonly #asked = new Set<string>();

  constructor(parts: ConsentParts) {
    this.#parts = parts;
  }

  /** Where each key may go. */
  origins(): KeyOrigins {
    return this.#parts.memory.allowed();
  }

  heldBack(): readonly HeldBackKey[] {
    const { providers, keys } = this.#parts;
    return heldBackKeys(providers(), keys(), this.origins());
  }

  /** Where the settings send the key of a slot. */
  inForce(credential: string): readonly string[] {
    return originsInForce(this.#parts.providers(), credential);
  }

  /** To be called when keys or settings changed: asks for what is news in this window. */
  review(): void {
    for (const held of this.heldBack()) {
      const name = `${held.credential} ${held.origin}`;
      if (this.#asked.has(name)) continue;
      this.#asked.add(name);
      void this.ask(held);
    }
  }

  async ask(held: HeldBackKey): Promise<void> {
    if (!(await this.#parts.ask(held))) return;
    const { credential, origin } = held;
    const allowed = new Map(Object.entries(this.origins())).get(credential) ?? [];
    this.#parts.memory.set(credential, [...new Set([...allowed, origin])]);
    this.#parts.agreed();
  }

  /** The key of a slot is about to be set for these origins alone. Returns how to take that back. */
  confirm(credential: string, origins: readonly string[]): () => void {
    const { memory } = this.#parts;
    const previous = memory.get(credential);
    memory.set(credential, origins);
    return () => memory.set(credential, previous);
  }

  /** The key of a slot was deleted: the next one is another matter. */
  forget(credential: string): void {
    this.#parts.memory.set(credential, undefined);
  }
}
