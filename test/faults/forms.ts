// Whole answers in unusual forms: cut anywhere, in other line ends, under another content type, in the other shape.
import { gzipSync } from 'node:zlib';
import { anthropicEvent } from '../support/anthropicAnswers';
import { GEMINI_COST } from '../support/geminiAnswers';
import { OPENAI_CHAT_COST } from '../support/openaiChatAnswers';
import { RESPONSES_COST } from '../support/openaiResponsesAnswers';
import {
  type Format,
  healthyJson,
  healthyStream,
  joined,
  jsonForms,
  jsonOf,
  sseHeaders,
  streamOf,
} from './answers';
import { type Combination, type Fault, whole } from './fault';

/** The body that the client's request calls for. */
function usualBody(format: Format, isStream: boolean): string {
  return isStream ? joined(healthyStream(format)) : healthyJson(format);
}

/** Every cut of a long text would be thousands of requests: each of these hits other bytes. */
const strides: Readonly<Record<Format, number>> = {
  'anthropic-messages': 29,
  'openai-chat': 31,
  'openai-responses': 67,
  gemini: 23,
};

function cutInTwo(body: Uint8Array, stride: number): readonly Combination[] {
  const combinations: Combination[] = [];
  for (let at = 1; at < body.length; at += stride) {
    const pieces = [body.subarray(0, at), body.subarray(at)];
    combinations.push(
      whole(`behind byte ${at}`, { headers: sseHeaders, pieces, ending: 'finish' }),
    );
  }
  return combinations;
}

function oneByOne(body: Uint8Array): readonly Uint8Array[] {
  return Array.from(body, (_byte, index) => body.subarray(index, index + 1));
}

const lineEnds = { CRLF: '\r\n', CR: '\r' } as const;

const splits: readonly Fault[] = [
  {
    name: 'a body cut in two',
    combinations: (format, isStream) =>
      cutInTwo(Buffer.from(usualBody(format, isStream)), strides[format]),
  },
  {
    name: 'a character cut in two',
    combinations: (format, isStream) => {
      const body = Buffer.from(usualBody(format, isStream));
      // Bytes from 0x80 to 0xbf never begin a character.
      const inside = [...body.entries()].filter(([, byte]) => byte >= 0x80 && byte < 0xc0);
      return inside.map(([at]) =>
        whole(`behind byte ${at}`, {
          headers: sseHeaders,
          pieces: [body.subarray(0, at), body.subarray(at)],
          ending: 'finish',
        }),
      );
    },
  },
  {
    name: 'one byte at a time',
    combinations: (format, isStream) => [
      whole('the whole body', {
        headers: sseHeaders,
        pieces: oneByOne(Buffer.from(usualBody(format, isStream))),
        ending: 'finish',
      }),
    ],
  },
  ...Object.entries(lineEnds).map(([name, lineEnd]): Fault => {
    const body = (format: Format) =>
      Buffer.from(joined(healthyStream(format)).replaceAll('\n', lineEnd));
    return {
      name: `an event stream with ${name} line ends, cut behind them`,
      combinations: (format) => [
        whole('in one piece', streamOf(body(format).toString())),
        ...[...body(format).entries()]
          .filter(([, byte]) => byte === 13)
          // Those of the longest stream, every other one: they fall behind names, data and blank lines in turn.
          .filter((_end, index) => format !== 'openai-responses' || index % 2 === 0)
          .map(([at]) => {
            const pieces = [body(format).subarray(0, at + 1), body(format).subarray(at + 1)];
            return whole(`behind byte ${at}`, { headers: sseHeaders, pieces, ending: 'finish' });
          }),
      ],
    };
  }),
];

const contentTypes = [
  'text/event-stream',
  'application/json',
  'text/plain',
  'text/html; charset=utf-8',
  'application/octet-stream',
  'application/x-ndjson',
  '',
];

const types: readonly Fault[] = [
  {
    name: 'an event stream under any content type',
    combinations: (format) =>
      contentTypes.map((type) => {
        const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
        return whole(type || 'none', streamOf(joined(healthyStream(format)), { headers }));
      }),
  },
  {
    name: 'a JSON answer under any content type',
    combinations: (format) =>
      contentTypes.flatMap((type) => {
        const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
        return jsonForms(format).flatMap((text) =>
          ['', ' \n', '\r\n\r\n'].map((space) =>
            whole(
              `${text.slice(0, 1)} as ${type || 'none'}, behind ${space.length} spaces`,
              jsonOf(space + text, { headers }),
            ),
          ),
        );
      }),
  },
  {
    name: 'a compressed answer',
    combinations: (format, isStream) => [
      whole('gzip', {
        headers: { ...sseHeaders, 'content-encoding': 'gzip' },
        pieces: oneByOne(gzipSync(usualBody(format, isStream))).slice(0),
        ending: 'finish',
      }),
    ],
  },
];

const extra: readonly Fault[] = [
  {
    name: 'a byte order mark',
    combinations: (format) => [whole('first', streamOf(`\uFEFF${joined(healthyStream(format))}`))],
  },
  {
    name: 'bytes behind the end marker',
    combinations: (format) =>
      [
        OPENAI_CHAT_COST,
        RESPONSES_COST,
        GEMINI_COST,
        'data: [DONE]\n\n',
        anthropicEvent('ping', { cost: '0.1' }),
        'garbage',
        '\u0000',
        '<html>',
      ].map((text) => whole(JSON.stringify(text), streamOf(joined(healthyStream(format)) + text))),
  },
  {
    name: 'a last event without its blank line',
    combinations: (format) => [
      whole('one line end', streamOf(joined(healthyStream(format)).slice(0, -1))),
      whole('no line end', streamOf(joined(healthyStream(format)).slice(0, -2))),
    ],
  },
  {
    name: 'events without a space behind the colon',
    combinations: (format) => [
      whole(
        'data:{',
        streamOf(joined(healthyStream(format)).replaceAll(/^(data|event): /gm, '$1:')),
      ),
    ],
  },
  {
    // Some gateways write it on every part that has no words.
    name: 'a finish reason before the answer',
    formats: ['gemini'],
    combinations: (format) => {
      const early = healthyStream(format).at(-1)?.text ?? '';
      const text = joined(healthyStream(format));
      return [1, 2].map((times) => whole(`${times} of them`, streamOf(early.repeat(times) + text)));
    },
  },
  {
    name: 'the last event alone',
    // Some hosts send nothing else, and it repeats the whole answer. In the other formats it says nothing.
    formats: ['openai-responses'],
    combinations: (format) => [
      whole('with the whole answer', streamOf(healthyStream(format).at(-1)?.text ?? '')),
    ],
  },
];

export const formFaults: readonly Fault[] = [...splits, ...types, ...extra];
