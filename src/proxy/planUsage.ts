import type { Core } from './core';
import { fetchProviderPage } from './keyCheck';
import { phrase, type Words } from './phrase';
import { cleanForPerson, redact } from './redact';
import { isOneOfSeveral, planName } from './targetKeys';
import type { Provider } from './types';
import { countAt, isObject, objectAt, parseJson, stringAt } from './wire/json';

/** What is used of a billing plan. */
export interface PlanUsage {
  /** The provider's id, with `#slot` where it has several keys: each has a plan of its own. */
  readonly plan: string;
  /** "OpenCode Go" */
  readonly label: string;
  /** The key slot, where the provider has several. */
  readonly credential?: string;
  /** Epoch ms: when the provider was asked. */
  readonly askedAt: number;
  /** Empty when the provider told nothing; `problem` then says why. */
  readonly windows: readonly PlanWindow[];
  /** In a few words. */
  readonly problem?: Words;
}

/** One of the spans over which a plan counts. */
export interface PlanWindow {
  /** As the provider names it: `rolling`, `weekly`, `monthly`. */
  readonly name: string;
  /** 0 to 100, or above when the limit was overrun. */
  readonly percent: number;
  readonly isExhausted: boolean;
  /** Epoch ms. */
  readonly resetsAt?: number;
}

/** A function that tells the use of every plan that has a key. Each is asked again only after some minutes. Never throws. */
export function createPlanUsage(core: Core): () => Promise<readonly PlanUsage[]> {
  const known = new Map<string, Remembered>();
  return () => {
    const plans = keyedPlans(core).map((plan) => {
      const { name, key, provider } = plan;
      const last = known.get(name);
      const isFresh =
        last?.key === key &&
        last.baseUrl === provider.baseUrl &&
        core.clock.now() - last.askedAt < freshForMs;
      if (isFresh) return last.usage;
      const usage = readPlan(core, plan);
      known.set(name, { key, baseUrl: provider.baseUrl, askedAt: core.clock.now(), usage });
      return usage;
    });
    return Promise.all(plans);
  };
}

/** The spans that the page of OpenCode Go tells of; none of what cannot be read. */
export function readPlanWindows(page: unknown): readonly PlanWindow[] {
  const entries = Object.entries(objectAt(page, 'usage') ?? {}).slice(0, maxWindows);
  return entries.flatMap(([name, value]) => {
    if (!isObject(value)) return [];
    const resetsAt = Date.parse(stringAt(value, 'resetsAt') ?? '');
    const isExhausted = value['status'] === 'rate-limited';
    const percent = countAt(value, 'percent') ?? (isExhausted ? 100 : undefined);
    if (percent === undefined) return [];
    const reset = Number.isFinite(resetsAt) ? { resetsAt } : {};
    return [{ name: redact(cleanForPerson(name, maxNameChars)), percent, isExhausted, ...reset }];
  });
}

interface Remembered {
  readonly key: string;
  readonly baseUrl: string;
  readonly askedAt: number;
  /** At once, so that two who ask at a time cost one call. */
  readonly usage: Promise<PlanUsage>;
}

const freshForMs = 5 * 60_000;
const maxNameChars = 40;
/** Three are known. */
const maxWindows = 12;

interface KeyedPlan {
  readonly name: string;
  readonly provider: Provider;
  readonly credential: string;
  readonly path: string;
  readonly key: string;
}

/** Every plan that tells its use and has a key to ask with. */
function keyedPlans(core: Core): readonly KeyedPlan[] {
  return [...core.table().providers.values()].flatMap((provider) => {
    const { credentials, isOpencode, keyCheckPath: path } = provider;
    if (isOpencode !== true || path === undefined) return [];
    return credentials.flatMap((credential) => {
      const key = core.apiKey(provider, credential);
      const name = planName(provider, credential);
      return key === undefined ? [] : [{ name, provider, credential, path, key }];
    });
  });
}

async function readPlan(core: Core, asked: KeyedPlan): Promise<PlanUsage> {
  const { credential, key, name, path, provider } = asked;
  const askedAt = core.clock.now();
  const { label, planLabel = label } = provider;
  const slot = isOneOfSeveral(asked) ? { credential } : {};
  const plan = { plan: name, label: planLabel, ...slot, askedAt };
  const page = await fetchProviderPage(core, provider, path, key);
  if (!page.ok) return { ...plan, windows: [], problem: page.detail };
  if (page.status !== 200) {
    return { ...plan, windows: [], problem: phrase('the provider answered {0}', page.status) };
  }
  // The names are the provider's own words.
  const windows = readPlanWindows(parseJson(core.redact(page.text)));
  return windows.length === 0
    ? { ...plan, windows, problem: phrase('the provider told no numbers') }
    : { ...plan, windows };
}
