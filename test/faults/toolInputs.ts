// Tool calls that are none, or only half of one.
import type { RawAnswer } from '../support/faultsUpstream';
import {
  contentOf,
  type Format,
  healthyJson,
  healthyStream,
  joined,
  jsonForms,
  jsonOf,
  streamOf,
} from './answers';
import type { Fault } from './fault';

/** Each changes the healthy answer's tool call; the client has seen text before it. */
const changes: Readonly<Record<string, (input: string) => string>> = {
  'input cut in the middle': (input) => input.slice(0, Math.floor(input.length / 2)),
  'input without its last brace': (input) => input.slice(0, -1),
  'input that is an array': () => '[1,2]',
  'input that is a number': () => '7',
  'input that is no JSON': () => '{path: "x"}',
  'input with something behind it': (input) => `${input}}`,
};

export const toolInputFaults: readonly Fault[] = [
  {
    name: 'a tool call with unusable input',
    combinations: (format, isStream) =>
      Object.entries(changes).map(([place, change]) => ({
        place,
        strike: 'nonsense',
        zone: 'shown',
        answer: withToolInput(format, isStream, change),
      })),
  },
  {
    // Known to its end before anybody sees its beginning.
    name: 'a JSON answer with unusable tool input',
    formats: ['openai-chat', 'openai-responses', 'gemini'],
    combinations: (format) =>
      Object.entries(changes).map(([place, change]) => ({
        place,
        strike: 'nonsense',
        zone: 'unseen',
        answer: withToolInput(format, false, change),
      })),
  },
  {
    name: 'a JSON answer with a tool input that is no object',
    // The others hold it as text.
    formats: ['anthropic-messages', 'gemini'],
    combinations: (format) =>
      jsonForms(format).flatMap((text) =>
        ['"{\\"path\\":"', '[1,2]', '7'].map((input) => ({
          place: `${input} in ${text.slice(0, 1)}`,
          strike: 'nonsense',
          zone: 'unseen',
          answer: jsonOf(text.replace(/"(input|args)":\{[^}]*\{\}"\}/, `"$1":${input}`)),
        })),
      ),
  },
  {
    name: 'a tool call that the output limit cut off',
    combinations: (format, isStream) =>
      [0.2, 0.5, 0.9].map((share) => ({
        place: `at ${share} of its input`,
        strike: 'nothing',
        zone: 'unseen',
        content: 'cut by the output limit',
        answer: limited(format, isStream, share),
      })),
  },
];

const limits: Readonly<Record<Format, readonly (readonly [whole: string, limited: string])[]>> = {
  'anthropic-messages': [['"stop_reason":"tool_use"', '"stop_reason":"max_tokens"']],
  'openai-chat': [['"finish_reason":"tool_calls"', '"finish_reason":"length"']],
  'openai-responses': [
    ['response.completed', 'response.incomplete'],
    ['"object":"response","created_at":1760000000,"status":"completed"', '"status":"incomplete"'],
    ['"incomplete_details":null', '"incomplete_details":{"reason":"max_output_tokens"}'],
  ],
  gemini: [['"finishReason":"STOP"', '"finishReason":"MAX_TOKENS"']],
};

function limited(format: Format, isStream: boolean, share: number): RawAnswer {
  const answer =
    format === 'gemini'
      ? withoutToolCall(isStream)
      : withToolInput(format, isStream, (input) => input.slice(0, input.length * share));
  const change = (piece: Uint8Array) =>
    Buffer.from(
      limits[format].reduce(
        (text, [whole, cut]) => text.replaceAll(whole, cut),
        Buffer.from(piece).toString(),
      ),
    );
  return { ...answer, pieces: answer.pieces.map(change) };
}

/** Gemini tells a call once it is whole, so that of one which was cut off nothing is there. */
function withoutToolCall(isStream: boolean): RawAnswer {
  if (!isStream) return jsonOf(healthyJson('gemini').replace(/,\{"functionCall":.*?\}\}\}/, ''));
  const events = healthyStream('gemini').filter(({ text }) => !text.includes('"functionCall":'));
  return streamOf(joined(events));
}

/** Where a stream holds the input in pieces, by the member that holds each. */
const pieceMembers = {
  'anthropic-messages': 'partial_json',
  'openai-chat': 'arguments',
  'openai-responses': 'delta',
} as const;

/** The healthy answer with another text as the tool's input; Anthropic's JSON form holds objects only, so it streams. */
function withToolInput(
  format: Format,
  isStream: boolean,
  change: (input: string) => string,
): RawAnswer {
  const changed = JSON.stringify(change('{"path":"/tmp/x","content":"y"}'));
  // Some gateways give Gemini's object as its text, which alone can be broken.
  const whole = (text: string) =>
    format === 'gemini'
      ? text.replace(
          `"args":${JSON.stringify(contentOf('A').tool.input)}`,
          () => `"args":${changed}`,
        )
      : text.replaceAll(/"arguments":"(?:[^"\\]|\\.)+"/g, () => `"arguments":${changed}`);
  if (format !== 'anthropic-messages' && !isStream) return jsonOf(whole(healthyJson(format)));
  const events = healthyStream(format).map(({ text }) => text);
  if (format === 'gemini') return streamOf(events.map(whole).join(''));
  return streamOf(inOnePiece(events, pieceMembers[format], changed).map(whole).join(''));
}

/** The events with one piece of input in place of all of them. */
function inOnePiece(events: readonly string[], member: string, input: string): readonly string[] {
  let isReplaced = false;
  return events.flatMap((text) => {
    const isPiece = /"input_json_delta"|"tool_calls"|_arguments\.delta"/.test(text);
    const piece = new RegExp(`"${member}":"((?:[^"\\\\]|\\\\.)+)"`).exec(text);
    if (!isPiece || piece === null) return [text];
    if (isReplaced) return [];
    isReplaced = true;
    return [text.replace(piece[0], () => `"${member}":${input}`)];
  });
}
