import type { Core } from './core';
import { fetchProviderPage } from './keyCheck';
import { readPlanWindows } from './planUsage';
import { maxRestMs } from './resetTime';
import { planName } from './targetKeys';
import type { Failure } from './types';
import { parseJson } from './wire/json';

/**
 * Asks the provider when a plan limit resets, where its refusal did not say, and lets the plan rest until then. Only
 * OpenCode Go tells. Never throws; without an answer the plan keeps its default rest.
 */
export async function learnPlanReset(core: Core, failure: Failure): Promise<void> {
  const { provider, credential } = failure;
  const key = credential === undefined ? undefined : core.apiKey(provider, credential);
  if (failure.kind !== 'planLimit' || failure.resetsAt !== undefined) return;
  if (provider.isOpencode !== true || provider.keyCheckPath === undefined || key === undefined)
    return;
  const page = await fetchProviderPage(core, provider, provider.keyCheckPath, key);
  if (!page.ok || page.status !== 200) return;
  const resetsAt = latestReset(parseJson(page.text));
  const restMs = (resetsAt ?? 0) - core.clock.now();
  if (resetsAt === undefined || restMs <= 0 || restMs > maxRestMs) return;
  const plan = planName(provider, credential);
  core.health.rest({
    scope: 'plan',
    key: plan,
    failure: { ...failure, resetsAt },
    untilAt: resetsAt,
  });
  core.log.info(`${plan} says that its limit resets at ${new Date(resetsAt).toISOString()}`);
}

/** The time at which the last of the exhausted windows opens again. */
export function latestReset(page: unknown): number | undefined {
  const times = readPlanWindows(page)
    .filter(({ isExhausted }) => isExhausted)
    .flatMap(({ resetsAt }) => resetsAt ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}
