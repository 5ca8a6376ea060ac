import type { Affinity } from './affinity';
import type { Health } from './health';
import type { NoticeBoard } from './notices';
import { planName } from './targetKeys';
import type { Provider, WireFormat } from './types';

/** What outlives a request and goes out of date when a person changes something. */
export interface Memories {
  readonly health: Health;
  readonly notices: NoticeBoard;
  readonly affinity: Affinity;
  readonly learnedFormats: Map<string, WireFormat>;
}

/**
 * Forgets all that is remembered of a key, its plan and the provider's models: the key, or the provider's address or
 * format, is another now. Without a slot for a provider that takes no key.
 */
export function forgetKey(
  { health, notices, learnedFormats }: Memories,
  provider: Provider,
  slot: string | undefined,
): void {
  const scopes = [
    ['credential', slot],
    ['plan', planName(provider, slot)],
  ] as const;
  for (const [scope, key] of scopes) {
    if (key === undefined) continue;
    health.reset({ scope, key });
    notices.forget(scope, key);
  }
  const isOwnTarget = (key: string) => key.startsWith(`${provider.id}/`);
  for (const { scope, key } of health.snapshot()) {
    if (scope === 'target' && isOwnTarget(key)) health.reset({ scope, key });
  }
  for (const name of learnedFormats.keys()) {
    if (isOwnTarget(name)) learnedFormats.delete(name);
  }
}

/** Forgets which hosts and proxies could not be reached: the way to them is another now. */
export function forgetHosts({ health, notices }: Memories): void {
  for (const { scope, key } of health.snapshot()) {
    if (scope !== 'host') continue;
    health.reset({ scope, key });
    notices.forget(scope, key);
  }
}
