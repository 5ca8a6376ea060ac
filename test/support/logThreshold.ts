import type { LogThresholdSource } from '../../src/controllerOptions';
import type { LogThreshold } from '../../src/proxy/protocol';

export interface ScriptedThreshold extends LogThresholdSource {
  /** As a person does by the gear of the output channel. */
  choose(threshold: LogThreshold): void;
  /** How many want to know of changes. */
  listeners(): number;
}

/** Which log lines are wanted, until the test chooses otherwise. */
export function scriptedThreshold(threshold: LogThreshold = 'info'): ScriptedThreshold {
  const listeners = new Set<() => void>();
  let chosen = threshold;
  return {
    current: () => chosen,
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    choose(next) {
      chosen = next;
      for (const listener of listeners) listener();
    },
    listeners: () => listeners.size,
  };
}
