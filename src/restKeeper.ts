import type { StoredRest } from './proxy/restMemory';
import { readStoredRests } from './workerMessages';
import type { Memento } from './workspaceMemory';

/** Keeps what should outlive a reload, in one list for all windows. */
export interface RestKeeper {
  recall(): readonly StoredRest[];
  /** Takes the whole list of this window's worker; what other windows keep stays. */
  keep(rests: readonly StoredRest[]): void;
}

const restsKey = 'rests';

export function restKeeper(state: Memento, now: () => number = Date.now): RestKeeper {
  const stored = () => readStoredRests(state.get(restsKey));
  /** What this window's worker has known: only that may it forget for all. */
  let own: ReadonlySet<string> | undefined;
  return {
    recall() {
      const rests = stored();
      // The first list is what the worker begins with; what comes later is other windows' until the worker tells it too.
      own ??= namesOf(rests);
      return rests;
    },
    keep(rests) {
      const replaced = new Set([...(own ?? []), ...namesOf(rests)]);
      const others = stored().filter((rest) => !replaced.has(nameOf(rest)) && rest.untilAt > now());
      own = namesOf(rests);
      void state.update(restsKey, [...others, ...rests]);
    },
  };
}

function namesOf(rests: readonly StoredRest[]): ReadonlySet<string> {
  return new Set(rests.map(nameOf));
}

function nameOf({ scope, key }: StoredRest): string {
  return `${scope}:${key}`;
}
