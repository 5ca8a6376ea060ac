import { type RequestTrace, traceKey } from './proxy/requestTrace';

/** The last requests of this window's proxy, the latest first. Gone with the window. */
export interface TraceMemory {
  /** Takes the place of what was known of the same request. */
  add(trace: RequestTrace): void;
  recent(): readonly RequestTrace[];
  /** The proxy ended without telling how its running requests did: they broke off. */
  proxyEnded(now: number): void;
  /** Calls back with each trace that is new or has changed, until the returned function is called. */
  onChange(listener: (trace: RequestTrace) => void): () => void;
}

export function createTraceMemory(): TraceMemory {
  // In the order in which requests began.
  const traces = new Map<string, RequestTrace>();
  const listeners = new Set<(trace: RequestTrace) => void>();
  const memory: TraceMemory = {
    add(trace) {
      traces.set(traceKey(trace), trace);
      const [oldest] = traces.keys();
      if (traces.size > maxTraces && oldest !== undefined) traces.delete(oldest);
      for (const listener of listeners) listener(trace);
    },
    recent: () => [...traces.values()].reverse(),
    proxyEnded(now) {
      for (const trace of [...traces.values()].filter(isRunning)) {
        memory.add({ ...trace, outcome: 'brokeOff', endedAt: now });
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return memory;
}

const maxTraces = 200;

function isRunning({ outcome }: RequestTrace): boolean {
  return outcome === undefined;
}
