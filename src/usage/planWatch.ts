import type { PlanUsage, PlanWindow } from '../proxy/planUsage';

/** What is used of VS Code's `globalState`: all windows see the same. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

export interface PlanWatchOptions {
  /** Percent; 0 = never. */
  readonly warnAt: () => number;
  readonly plans: () => Promise<readonly PlanUsage[] | undefined>;
  readonly memory: Memento;
  readonly warn: (plan: PlanUsage, window: PlanWindow) => void;
}

/** Warns when much of a plan is used, if the person wants that: once for each limit until it has been used less again. */
export interface PlanWatch {
  /** To be called when a request has ended: nothing else uses a plan. Asking costs at most one call in some minutes. */
  requestEnded(): Promise<void>;
}

export function createPlanWatch({ warnAt, plans, memory, warn }: PlanWatchOptions): PlanWatch {
  let isAsking = false;
  return {
    async requestEnded() {
      const limit = warnAt();
      if (limit <= 0 || isAsking) return;
      isAsking = true;
      const told = await plans();
      isAsking = false;
      const warned = new Set(warnedIn(memory));
      let hasChanged = false;
      for (const plan of told ?? []) {
        for (const window of plan.windows) {
          const name = `${plan.plan} ${window.name}`;
          const isOver = window.percent >= limit;
          if (isOver === warned.has(name)) continue;
          hasChanged = true;
          if (isOver) {
            warned.add(name);
            warn(plan, window);
          } else warned.delete(name);
        }
      }
      if (hasChanged) await memory.update(memoryKey, [...warned]);
    },
  };
}

const memoryKey = 'planWarnings';

function warnedIn(memory: Memento): readonly string[] {
  const value = memory.get(memoryKey);
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
