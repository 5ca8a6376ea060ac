import { createHash } from 'node:crypto';
import { modelFamily } from './modelFamily';
import type { Target } from './types';

/**
 * Who sealed which thinking. Every vendor of Anthropic's wire format signs in its own way, and Anthropic refuses a whole
 * conversation over one signature that is not its own; from the outside they look alike.
 */
export interface SignatureMemory {
  /** This target has given a thinking block with this signature. */
  minted(signature: string, by: Target): void;
  /** False for what another vendor is known to have sealed. What nobody remembers may come from before a restart. */
  mayReplay(signature: string, to: Target): boolean;
}

/** A session of a day has some hundreds of them. */
const defaultLimit = 5_000;

/** Holds hashes of signatures, never any thinking; forgets those first that were not asked for the longest. */
export function createSignatureMemory(limit = defaultLimit): SignatureMemory {
  const minters = new Map<string, Target>();
  const keep = (hash: string, minter: Target): void => {
    minters.delete(hash);
    minters.set(hash, minter);
    const [oldest] = minters.keys();
    if (minters.size > limit && oldest !== undefined) minters.delete(oldest);
  };
  return {
    minted(signature, by) {
      if (signature !== '') keep(hashOf(signature), by);
    },
    mayReplay(signature, to) {
      const hash = hashOf(signature);
      const minter = minters.get(hash);
      if (minter === undefined) return true;
      keep(hash, minter);
      return isSameVendor(minter, to);
    },
  };
}

/**
 * One family of models reads its own thinking wherever it is hosted: Anthropic's signatures hold across platforms. A
 * provider that makes its own models may call them as it likes; a gateway has models of many vendors.
 */
function isSameVendor(minter: Target, to: Target): boolean {
  if (modelFamily(minter.model) === modelFamily(to.model)) return true;
  return minter.provider.id === to.provider.id && to.provider.isOpencode !== true;
}

function hashOf(signature: string): string {
  return createHash('sha256').update(signature).digest('base64');
}
