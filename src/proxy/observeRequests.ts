import type { Clock } from './clock';
import type { Logger } from './log';
import { createRequestLog } from './requestLog';
import { bothOf, type RequestObserver } from './requestObserver';
import type { RequestTrace } from './requestTrace';
import { parseTarget, type RoutingTable } from './router';
import { defaultScenario } from './scenarios';
import { createTraceRecorder } from './traceRecorder';
import type { ModelFacts } from './types';

export interface ObservingOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly redact: (text: string) => string;
  readonly table: () => RoutingTable;
  /** Where traces go; nothing is recorded where nobody wants them. */
  readonly onTrace: ((trace: RequestTrace) => void) | undefined;
}

/** Makes the observer of each request: the log's, and the trace's where somebody wants traces. */
export function observeRequests(options: ObservingOptions): (requestId: string) => RequestObserver {
  const { clock, log, redact, table, onTrace } = options;
  return (requestId) => {
    const requestLog = createRequestLog(requestId, log, clock);
    if (onTrace === undefined) return requestLog;
    const parts = { clock, publish: onTrace, redact, defaultFacts: () => defaultFacts(table()) };
    return bothOf(requestLog, createTraceRecorder(requestId, parts));
  };
}

/** Of the first model that a request goes to when nothing speaks for another. */
function defaultFacts(table: RoutingTable): ModelFacts | undefined {
  const [first] = defaultScenario(table.scenarios).models;
  return first === undefined ? undefined : parseTarget(first, table)?.facts;
}
