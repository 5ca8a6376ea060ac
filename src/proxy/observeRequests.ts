import type { Clock } from './clock';
import type { Logger } from './log';
import { cleanForPerson } from './redact';
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
  const { clock, log, table, onTrace: publish } = options;
  const clean = createCleaner(options.redact);
  return (requestId) => {
    const requestLog = createRequestLog(requestId, log, clock);
    if (publish === undefined) return requestLog;
    const parts = { clock, publish, clean, defaultFacts: () => defaultFacts(table()) };
    return bothOf(requestLog, createTraceRecorder(requestId, parts));
  };
}

const maxTextChars = 160;
const maxKnownTexts = 500;

/** Requests repeat one another's names and reasons, and cleaning them costs more than all else about a trace. */
function createCleaner(redact: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const cleaned = cleanForPerson(redact(text), maxTextChars);
    if (text.length > maxTextChars) return cleaned;
    if (known.size >= maxKnownTexts) known.clear();
    known.set(text, cleaned);
    return cleaned;
  };
}

/** Of the first model that a request goes to when nothing speaks for another. */
function defaultFacts(table: RoutingTable): ModelFacts | undefined {
  const [first] = defaultScenario(table.scenarios).models;
  return first === undefined ? undefined : parseTarget(first, table)?.facts;
}
