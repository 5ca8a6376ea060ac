import type { ProxyConfiguration } from './proxyConfiguration';

/** What a person chooses models and keys by; who changes it wants to be followed at once. */
export function choicesOf(configuration: ProxyConfiguration | undefined): unknown {
  const { providers, scenarios, modelOverrides, chains } = configuration?.settings ?? {};
  return [providers, scenarios, modelOverrides, chains, configuration?.keys];
}

/** By what they hold, in the order in which it was written. */
export function isChanged(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}
