// Settings that send every request to one upstream of the test's own.

import type { WireFormat } from '../../src/proxy/types';

export type TestWireFormat = WireFormat;

export interface TestProvider {
  readonly id: string;
  readonly baseUrl: string;
  readonly wireFormat: WireFormat;
  readonly models: readonly string[];
}

/** Every built-in scenario. */
export const SCENARIOS = [
  'default',
  'fast',
  'background',
  'think',
  'complex',
  'longContext',
  'vision',
] as const;

/** One user-defined provider, its models being the fallback chain of every scenario. */
export function settingsFor(provider: TestProvider): Readonly<Record<string, unknown>> {
  const facts = { context: 200_000, maxOutput: 64_000, images: true };
  const chain = provider.models.map((model) => `${provider.id}/${model}`);
  return {
    'switchyard.providers': {
      [provider.id]: {
        baseUrl: provider.baseUrl,
        wireFormat: provider.wireFormat,
        credential: provider.id,
        models: Object.fromEntries(provider.models.map((model) => [model, facts])),
      },
    },
    'switchyard.scenarios': Object.fromEntries(SCENARIOS.map((name) => [name, { models: chain }])),
  };
}
