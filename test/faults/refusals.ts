// Refusals: every known one of the gateway, every status with every kind of body, and slow answers.
import {
  OPENCODE_CONSOLE_ERRORS,
  OPENCODE_CONSOLE_MEANINGS,
  OPENCODE_INFERENCE_ERRORS,
  OPENCODE_INFERENCE_MEANINGS,
} from '../support/upstreamErrors';
import { type Format, formats, healthyJson, healthyStream, joined, sseHeaders } from './answers';
import type { Combination, Fault } from './fault';
import type { Strike } from './model';

interface Row {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function rowsOf(rows: Readonly<Record<string, Row>>, meanings: Readonly<Record<string, Strike>>) {
  return Object.entries(rows).map(([place, { status, headers, body }]): Combination => {
    const seconds = Number(headers['retry-after'] ?? Number.NaN);
    return {
      place,
      strike: meanings[place] ?? 'serverError',
      zone: 'unseen',
      answer: { status, headers, pieces: [Buffer.from(body)], ending: 'finish' },
      ...(Number.isNaN(seconds) ? {} : { namedSeconds: seconds }),
    };
  });
}

const statusMeanings: Readonly<Record<number, Strike>> = {
  // Never followed: the key would go to another address.
  301: 'modelRefused',
  307: 'modelRefused',
  304: 'serverError',
  400: 'badRequest',
  401: 'keyRejected',
  402: 'accountUnfunded',
  403: 'modelRefused',
  404: 'modelRefused',
  405: 'modelRefused',
  408: 'timeout',
  409: 'serverError',
  410: 'modelRefused',
  413: 'contextTooLong',
  418: 'badRequest',
  422: 'badRequest',
  425: 'serverError',
  426: 'modelRefused',
  429: 'rateLimited',
  500: 'serverError',
  502: 'serverError',
  503: 'overloaded',
  504: 'timeout',
  520: 'serverError',
  524: 'timeout',
  529: 'overloaded',
};

const refusalBodies: Readonly<Record<string, string>> = {
  'no body': '',
  'an empty object': '{}',
  HTML: '<html><body><h1>Oops</h1></body></html>',
  text: 'oops',
  'a foreign object': '{"detail":[{"loc":["body"],"msg":"oops"}]}',
  'an error without a type': '{"error":{"message":"oops"}}',
  'half an error': '{"error":{"message":"oo',
};

const refusals: readonly Fault[] = [
  {
    name: 'a refusal of the console',
    combinations: () => rowsOf(OPENCODE_CONSOLE_ERRORS, OPENCODE_CONSOLE_MEANINGS),
  },
  {
    name: 'a refusal of the inference service',
    combinations: () => rowsOf(OPENCODE_INFERENCE_ERRORS, OPENCODE_INFERENCE_MEANINGS),
  },
  {
    name: 'a status with a body that says nothing',
    combinations: (format) =>
      Object.entries(statusMeanings).flatMap(([status, strike], row) =>
        // A 304 has no body by definition.
        Object.entries(status === '304' ? { 'no body': '' } : refusalBodies)
          // What is no answer is in no wire format: each plays half of the table, and all of it is played twice.
          .filter((_body, column) => (row + column + formats.indexOf(format)) % 2 === 0)
          .map(
            ([words, body]): Combination => ({
              place: `${status} with ${words}`,
              strike,
              zone: 'unseen',
              answer:
                status === '304'
                  ? { rawHead: 'HTTP/1.1 304 X\r\n\r\n', pieces: [], ending: 'finish' }
                  : { status: Number(status), pieces: [Buffer.from(body)], ending: 'finish' },
            }),
          ),
      ),
  },
  {
    // A stream that the gateway has priced before it was refused: the cost stands behind the error.
    name: 'a refusal with a cost behind it',
    combinations: () =>
      (['goUsageLimit5Hours', 'unknownModel', 'insufficientBalance'] as const).map(
        (place): Combination => ({
          place,
          strike: OPENCODE_CONSOLE_MEANINGS[place],
          zone: 'unseen',
          ...(place === 'goUsageLimit5Hours' ? { namedSeconds: 14_580 } : {}),
          answer: {
            status: OPENCODE_CONSOLE_ERRORS[place].status,
            pieces: [
              Buffer.from(
                `${OPENCODE_CONSOLE_ERRORS[place].body}data: {"choices":[],"cost":"0"}\n\n`,
              ),
            ],
            ending: 'finish',
          },
        }),
      ),
  },
  {
    name: 'a named time for the next try',
    combinations: () =>
      [429, 503, 529].flatMap((status) =>
        [1, 30, 3600].map(
          (seconds): Combination => ({
            place: `${status} with retry-after ${seconds}`,
            strike: status === 429 ? 'rateLimited' : 'overloaded',
            zone: 'unseen',
            namedSeconds: seconds,
            answer: {
              status,
              headers: { 'retry-after': String(seconds) },
              pieces: [Buffer.from('{}')],
              ending: 'finish',
            },
          }),
        ),
      ),
  },
];

/** The time limits of the bench: 120 s to the first token of a stream, 600 s for a whole answer, 180 s between bytes. */
const drips: readonly Fault[] = [
  {
    name: 'one byte every 20 ms',
    combinations: (format, isStream) => [drip(bodyOf(format, isStream), 20, 'nothing')],
  },
  {
    // Nothing to show after two minutes, however busy the line: an upstream must not hold a client by dripping.
    name: 'one byte every two seconds',
    combinations: (format, isStream) => [drip(bodyOf(format, isStream), 2_000, 'silence')],
  },
];

function bodyOf(format: Format, isStream: boolean): Uint8Array {
  return Buffer.from(isStream ? joined(healthyStream(format)) : healthyJson(format));
}

function drip(body: Uint8Array, pieceMs: number, strike: Strike): Combination {
  const pieces = Array.from(body, (_byte, index) => body.subarray(index, index + 1));
  const answer = { headers: sseHeaders, pieces, ending: 'finish' } as const;
  return { place: 'from the first byte', strike, zone: 'unseen', pieceMs, answer };
}

export const refusalFaults: readonly Fault[] = [...refusals, ...drips];
