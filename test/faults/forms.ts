// Whole answers in unusual forms: cut anywhere, in other line ends, under another content type, in the other shape.
import { gzipSync } from 'node:zlib';
import { anthropicEvent } from '../support/anthropicAnswers';
import type { RawAnswer } from '../support/faultsUpstream';
import { OPENAI_CHAT_COST, openaiChatChunk } from '../support/openaiChatAnswers';
import {
  type Format,
  healthyJson,
  healthyStream,
  joined,
  jsonOf,
  sseHeaders,
  streamOf,
} from './answers';
import type { Combination, Fault } from './fault';

function whole(place: string, answer: RawAnswer): Combination {
  return { place, answer, strike: 'nothing', zone: 'unseen' };
}

/** The body that the client's request calls for. */
function usualBody(format: Format, isStream: boolean): string {
  return isStream ? joined(healthyStream(format)) : healthyJson(format);
}

/** Every cut of a long text would be thousands of requests: each of these hits other bytes. */
const strides = { first: 1, step: 29 } as const;

function cutInTwo(body: Uint8Array): readonly Combination[] {
  const combinations: Combination[] = [];
  for (let at = strides.first; at < body.length; at += strides.step) {
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
    combinations: (format, isStream) => cutInTwo(Buffer.from(usualBody(format, isStream))),
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
      name: `an event stream with ${name} line ends, cut behind each of them`,
      combinations: (format) => [
        whole('in one piece', streamOf(body(format).toString())),
        ...[...body(format).entries()]
          .filter(([, byte]) => byte === 13)
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
        const text = healthyJson(format);
        return ['', ' \n', '\r\n\r\n'].map((space) =>
          whole(
            `${type || 'none'}, behind ${space.length} spaces`,
            jsonOf(space + text, { headers }),
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
  { name: 'a JSON answer with gaps', combinations: jsonGaps },
  { name: 'usage in an unusual place', combinations: (format) => usagePlaces(format) },
];

/** Members that whole answers lack, or have as null. */
function jsonGaps(format: Format): readonly Combination[] {
  const gaps: readonly (readonly [place: string, pattern: RegExp, by: string])[] = [
    ['no usage', /,"usage":\{(?:[^{}]|\{[^}]*\})*\}/, ''],
    ['usage of null', /"usage":\{(?:[^{}]|\{[^}]*\})*\}/, '"usage":null'],
    ['an empty usage', /"usage":\{(?:[^{}]|\{[^}]*\})*\}/, '"usage":{}'],
    ['no id', /"id":"(?:msg|chatcmpl)[^"]*",/, ''],
    ['no model', /"model":"[^"]*",/, ''],
    ['a reason of null', /"(stop|finish)_reason":"[^"]*"/, '"$1_reason":null'],
    ['no reason', /,"(?:stop|finish)_reason":"[^"]*"/, ''],
    // Anthropic's own reasons of the future go through to the clients of the future.
    ['an unknown reason', /"finish_reason":"[^"]*"/, '"finish_reason":"future_reason"'],
  ];
  const text = healthyJson(format);
  return gaps
    .filter(([, pattern]) => pattern.test(text))
    .map(([place, pattern, by]) => whole(place, jsonOf(text.replace(pattern, by))));
}

function usagePlaces(format: Format): readonly Combination[] {
  const text = joined(healthyStream(format));
  const forms: readonly (readonly [place: string, pattern: RegExp, by: string])[] =
    format === 'openai-chat'
      ? [
          ['missing', /data: [^\n]*"choices":\[\][^\n]*\n\n/g, ''],
          ['null on every chunk', /"choices":\[\{/g, '"usage":null,"choices":[{'],
          [
            'growing on every chunk',
            /"choices":\[\{/g,
            '"usage":{"prompt_tokens":12,"completion_tokens":1},"choices":[{',
          ],
          ['of zeros', /"(prompt|completion|total)_tokens":\d+/g, '"$1_tokens":0'],
          ['of strings', /"(prompt|completion)_tokens":(\d+)/g, '"$1_tokens":"$2"'],
        ]
      : [
          ['missing', /,"usage":\{[^}]*\}/g, ''],
          ['null', /"usage":\{[^}]*\}/g, '"usage":null'],
          ['of zeros', /"(input|output)_tokens":\d+/g, '"$1_tokens":0'],
          ['of null', /"(input|output)_tokens":\d+/g, '"$1_tokens":null'],
          ['of strings', /"(input|output)_tokens":(\d+)/g, '"$1_tokens":"$2"'],
        ];
  const late = openaiChatChunk({
    choices: [],
    usage: { prompt_tokens: 12, completion_tokens: 7 },
  });
  return [
    ...forms.map(([place, pattern, by]) => whole(place, streamOf(text.replaceAll(pattern, by)))),
    ...(format === 'openai-chat' ? [whole('behind [DONE]', streamOf(text + late))] : []),
  ];
}

export const formFaults: readonly Fault[] = [...splits, ...types, ...extra];
