import { type ChainOwner, chainOwners } from '../proxy/chainOwners';
import type { Provider } from '../proxy/types';

/** What a person who has just set a key is offered, so that the key is of use and nothing is charged unasked. */
export type ChainOffer =
  | { readonly kind: 'none' }
  /** The built-in chains of this provider. */
  | { readonly kind: 'chains'; readonly owner: ChainOwner }
  /** The key has no plan: pay as you go, or subscribe. */
  | { readonly kind: 'noPlan' }
  /** A provider of the person's own: its models are to be chosen. */
  | { readonly kind: 'models' };

export interface ChainSituation {
  /** Whose key was set. */
  readonly provider: Provider;
  /** What the check told of the key's plan. */
  readonly plan: 'active' | 'missing' | undefined;
  /** Whose chains are in force. */
  readonly chains: ChainOwner;
  /** The person wrote a `default` scenario: nobody is to tell them what to use. */
  readonly hasOwnDefault: boolean;
  /** The chains in force have a key, be it the one that was set. */
  readonly isServed: boolean;
}

export function chainOffer(situation: ChainSituation): ChainOffer {
  const { provider, hasOwnDefault } = situation;
  if (hasOwnDefault || provider.isDemo === true) return { kind: 'none' };
  return provider.isOpencode === true ? opencodeOffer(situation) : otherOffer(situation);
}

function opencodeOffer({ plan, chains, isServed }: ChainSituation): ChainOffer {
  const isWithoutUse = chains === 'opencode-go' || !isServed;
  if (plan === 'missing') return { kind: isWithoutUse ? 'noPlan' : 'none' };
  // A plan that is paid for already is cheaper than what is charged by the token.
  const mayBeGo = plan === 'active' && (chains === 'opencode-zen' || !isServed);
  return mayBeGo ? { kind: 'chains', owner: 'opencode-go' } : { kind: 'none' };
}

function otherOffer({ provider, isServed }: ChainSituation): ChainOffer {
  if (isServed) return { kind: 'none' };
  const owner = chainOwners.find((name) => name === provider.id);
  return owner === undefined ? { kind: 'models' } : { kind: 'chains', owner };
}
