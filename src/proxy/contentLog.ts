import type { Answer } from './attempt';
import type { Core } from './core';
import type { Failure } from './types';
import type { StreamEvent, StreamStep } from './wire/streamEvent';

/** The texts of one request and its answer, written to the log at level debug while the person wants that. */
export interface ContentLog {
  asked(body: Buffer): void;
  /** The same answer; its text is written when it is over, however it ends. */
  watch(answer: Answer): Answer;
  /** What of a failure may stand in the log: an upstream's words not, where they repeat the request. */
  failureForLog(failure: Failure): Failure;
}

/** Decided once for a request: switched on or shown later, the log begins with the next one. */
export function createContentLog(
  core: Pick<Core, 'settings' | 'log'>,
  requestId: string,
): ContentLog {
  if (core.settings().logContent !== true) return silent;
  if (!core.log.showsDebug()) return { ...silent, failureForLog: (failure) => failure };
  const write = (what: string, text: string, chars = text.length) =>
    core.log.debug(() => `request ${requestId} ${what}: ${bounded(text, chars)}`);
  return {
    asked: (body) => write('content asked', body.toString('utf8')),
    watch: (answer) => ({
      ...answer,
      steps: watched(answer.steps, (text, chars) => write('content answered', text, chars)),
    }),
    failureForLog: (failure) => failure,
  };
}

const silent: ContentLog = {
  asked: () => {},
  watch: (answer) => answer,
  failureForLog(failure) {
    if (failure.repeatsRequest !== true) return failure;
    const detail = '(words that repeat the request; the setting switchyard.log.content shows them)';
    return { ...failure, detail };
  },
};

/** Enough to see what went wrong; a whole conversation would bury the rest of the log. */
const maxEntryChars = 16_000;

/** The beginning of `chars` characters, on one line, so that no content can pass for a line of the log's own. */
function bounded(text: string, chars: number): string {
  const left = chars - maxEntryChars;
  const more = left > 0 ? ` (and ${left} more characters)` : '';
  return JSON.stringify(text.slice(0, maxEntryChars)) + more;
}

async function* watched(
  steps: Answer['steps'],
  write: (text: string, chars: number) => void,
): AsyncGenerator<StreamStep, Failure | undefined> {
  let text = '';
  let chars = 0;
  try {
    for (;;) {
      const next = await steps.next();
      if (next.done === true) return next.value;
      const more = next.value.events.map(textOf).join('');
      chars += more.length;
      if (text.length < maxEntryChars) text += more;
      yield next.value;
    }
  } finally {
    write(text, chars);
  }
}

function textOf(event: StreamEvent): string {
  switch (event.type) {
    case 'text-delta':
    case 'thinking-delta':
      return event.text;
    case 'tool-start':
      return `\n${event.name} `;
    case 'tool-delta':
      return event.json;
    case 'text-end':
    case 'thinking-end':
      return '\n';
    default:
      return '';
  }
}
