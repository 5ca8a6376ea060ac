// What the upstream of the soak answers: mostly whole answers at the pace of a model, now and then any fault there is.

import {
  type Format,
  healthyAnswer,
  healthyStream,
  joined,
  sseHeaders,
  streamOf,
} from '../faults/answers';
import type { RawAnswer } from '../support/faultsUpstream';

/** Chance that one upstream call goes wrong. */
const faultShare = 0.25;

type Maker = (format: Format, isStream: boolean) => RawAnswer;

const makers: Readonly<Record<string, Maker>> = {
  'reset before the head': () => ({ rawHead: '', pieces: [], ending: 'reset' }),
  'closed before the head': () => ({ rawHead: '', pieces: [], ending: 'close' }),
  'not HTTP': () => ({ rawHead: 'SSH-2.0-OpenSSH_9.9\r\n', pieces: [], ending: 'close' }),
  'status 500': () => status(500, 'oops'),
  'status 503': () => status(503, '<html>busy</html>'),
  'status 529': () => status(529, '{"type":"error","error":{"type":"overloaded_error"}}'),
  'status 429': () => ({ ...status(429, '{}'), headers: { 'retry-after': '1' } }),
  'status 400': () => status(400, '{"error":{"message":"an unknown field"}}'),
  'an empty body': () => streamOf(''),
  'a page of HTML': () => streamOf('<html>Bad Gateway</html>', { headers: {} }),
  'garbage in an event': (format) => streamOf(`${prefix(format)}data: {"half":\n\n`),
  'an error in band': (format) =>
    streamOf(`${prefix(format)}data: {"error":{"type":"overloaded_error","message":"busy"}}\n\n`),
  'cut off': (format) => streamOf(prefix(format)),
  'cut off by a reset': (format) => streamOf(prefix(format), { ending: 'reset' }),
  'cut off in mid-body': (format) => streamOf(prefix(format), { ending: 'close' }),
  'a JSON answer for everybody': (format) => healthyAnswer(format, false, 'A'),
  'an event stream for everybody': (format) => healthyAnswer(format, true, 'A'),
  'one event of 20 MB': (format) =>
    streamOf(`${prefix(format)}data: {"x":"${'x'.repeat(20 * 1024 * 1024)}"}\n\n`),
};

/** Only where the client streams: for a whole answer the proxy waits ten minutes, as its clients do. */
const silences: Readonly<Record<string, Maker>> = {
  'silence before the head': () => ({ rawHead: '', pieces: [], ending: 'stall' }),
  'silence behind the head': () => ({ headers: sseHeaders, pieces: [], ending: 'stall' }),
  'silence in the middle': (format) => streamOf(prefix(format), { ending: 'stall' }),
};

export interface Chosen {
  readonly name: string;
  readonly answer: RawAnswer;
}

/** The answer to one call. */
export function chooseAnswer(format: Format, isStream: boolean): Chosen {
  if (Math.random() >= faultShare) {
    return { name: 'healthy', answer: paced(healthyAnswer(format, isStream, 'A')) };
  }
  const entries = Object.entries(isStream ? { ...makers, ...silences } : makers);
  const [name, make] = entries[Math.floor(Math.random() * entries.length)] ?? [];
  if (name === undefined || make === undefined) throw new Error('there is no fault to choose');
  return { name, answer: make(format, isStream) };
}

/** A model takes its time between two events. */
function paced(answer: RawAnswer): RawAnswer {
  return {
    ...answer,
    beforePiece: () => new Promise((resolve) => setTimeout(resolve, Math.random() * 40)),
  };
}

function status(code: number, body: string): RawAnswer {
  return { status: code, pieces: [Buffer.from(body)], ending: 'finish' };
}

/** The beginning of the healthy stream, cut at any byte. */
function prefix(format: Format): string {
  const events = healthyStream(format);
  const text = joined(events.filter(({ zone }) => zone === 'unseen' || zone === 'shown'));
  return text.slice(0, Math.floor(Math.random() * text.length));
}
