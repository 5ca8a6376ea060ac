// Answers that stop somewhere: the connection ends, is reset, or falls silent.
import type { Ending } from '../support/faultsUpstream';
import {
  type Format,
  healthyStream,
  inZones,
  joined,
  jsonForms,
  jsonHeaders,
  sseHeaders,
  streamOf,
} from './answers';
import type { Combination, Fault } from './fault';
import type { Strike, Zone } from './model';

const endings: readonly (readonly [ending: Ending, words: string, strike: Strike])[] = [
  ['finish', 'ends properly', 'end'],
  ['close', 'is closed in the middle of the body', 'end'],
  ['reset', 'is reset', 'end'],
  ['stall', 'falls silent', 'silence'],
];

export const cuts: readonly Fault[] = endings.flatMap(([ending, words, strike], turn) => [
  {
    name: `an event stream that ${words}`,
    combinations: (format) =>
      streamPlaces(format, turn).map(({ place, text, zone }) => ({
        place,
        zone,
        strike,
        answer: { headers: sseHeaders, pieces: [Buffer.from(text)], ending },
      })),
  },
  {
    name: `an event stream that ${words} behind a finish reason without counts`,
    combinations: (format) => {
      const { place, text, zone } = uncountedPlace(format);
      return [{ place, zone, strike, answer: streamOf(text, { ending }) }];
    },
  },
  {
    name: `a JSON body that ${words}`,
    combinations: (format) =>
      jsonPlaces(format, ending).map(({ place, text }) => ({
        place,
        zone: 'unseen',
        strike,
        answer: { headers: jsonHeaders, pieces: [Buffer.from(text)], ending },
      })),
  },
  ...(ending === 'finish' ? [] : [cutHead(ending, words, strike)]),
]);

interface Place {
  readonly place: string;
  readonly text: string;
  readonly zone: Zone;
}

/** How much of an event comes; never so much that its JSON is whole. */
const shares = [0.15, 0.6, 0.9] as const;
/** In each event of a longer stream only one of them, with every ending another. */
const maxThoroughEvents = 16;

/** Before the first byte, inside each event, and behind each. */
function streamPlaces(format: Format, turn: number): readonly Place[] {
  const events = healthyStream(format);
  const isLong = events.length > maxThoroughEvents;
  let before = '';
  let zone: Zone = 'unseen';
  const places: Place[] = [{ place: 'before the first byte', text: '', zone }];
  for (const [index, event] of events.entries()) {
    const letters = Array.from(event.text);
    for (const [at, share] of shares.entries()) {
      if (isLong && at !== (index + turn) % shares.length) continue;
      const part = letters.slice(0, Math.floor(letters.length * share)).join('');
      places.push({ place: `at ${share} of ${event.name}`, text: before + part, zone });
    }
    before += event.text;
    ({ zone } = event);
    places.push({ place: `behind ${event.name}`, text: before, zone });
  }
  return places;
}

function jsonPlaces(format: Format, ending: Ending): readonly Omit<Place, 'zone'>[] {
  return jsonForms(format).flatMap((form) => {
    const text = form.trimEnd();
    const lengths = [
      0,
      1,
      ...[1, 2, 3, 4, 5, 6, 7].map((part) => Math.floor((text.length * part) / 8)),
    ];
    // A whole body that ends properly is no fault; one without its proper end may have lost more.
    const last = ending === 'finish' ? [text.length - 1] : [text.length - 1, text.length];
    return [...lengths, ...last].map((length) => ({
      place: `behind letter ${length} of ${text.length}`,
      text: text.slice(0, length),
    }));
  });
}

/** Behind the finish reason of an upstream that does not count. */
function uncountedPlace(format: Format): Place {
  const uncounted = healthyStream(format).map(({ text }) =>
    text.replace(/,"(?:usage|usageMetadata)":\{(?:[^{}]|\{[^}]*\})*\}/, ''),
  );
  const events = inZones(format, uncounted);
  const last = events.findIndex(({ text }) => finishes[format].test(text));
  const event = events[last];
  if (event === undefined) throw new Error(`no finish reason in ${format}`);
  return {
    place: `behind ${event.name}`,
    text: joined(events.slice(0, last + 1)),
    zone: event.zone,
  };
}

const finishes: Readonly<Record<Format, RegExp>> = {
  'anthropic-messages': /"stop_reason":"/,
  'openai-chat': /"finish_reason":"/,
  'openai-responses': /"type":"response\.completed"/,
  gemini: /"finishReason":"/,
};

function cutHead(ending: Ending, words: string, strike: Strike): Fault {
  const heads = {
    'before any byte': '',
    'inside the status line': 'HTTP/1.1 20',
    'inside the headers': 'HTTP/1.1 200 OK\r\ncontent-type: text/ev',
    'behind the headers': 'HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n',
    'in an error page': 'HTTP/1.1 500 Oops\r\ncontent-length: 999\r\n\r\n{"error":{"mess',
  };
  return {
    name: `an answer whose head ${words}`,
    combinations: () =>
      Object.entries(heads).map(
        ([place, rawHead]): Combination => ({
          place,
          strike,
          zone: 'unseen',
          answer: { rawHead, pieces: [], ending },
        }),
      ),
  };
}
