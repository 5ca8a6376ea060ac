// The healthy answer that every fault spoils: thinking, text and a tool call, in every wire format.
import type { Call, RawAnswer } from '../support/faultsUpstream';
import { UPSTREAM_DIALECTS, type UpstreamDialect } from '../support/upstreamDialects';
import type { Zone } from './model';

export const formats = ['anthropic-messages', 'openai-chat', 'openai-responses', 'gemini'] as const;
export type Format = (typeof formats)[number];

/** The wire format that is spoken at the path of a call. */
export function formatOf({ path }: Pick<Call, 'path'>): Format {
  if (path.endsWith('/messages')) return 'anthropic-messages';
  if (path.endsWith('/responses')) return 'openai-responses';
  return path.includes('/models/') ? 'gemini' : 'openai-chat';
}

/** Who answers; the words tell. */
export type Who = 'A' | 'B' | 'C';

export interface Content {
  readonly thinking: string;
  readonly text: string;
  readonly tool: {
    readonly id: string;
    readonly name: string;
    readonly input: Readonly<Record<string, string>>;
  };
}

/** Letters of two, three and four bytes, and quotes inside the tool input. */
export function contentOf(who: Who): Content {
  return {
    thinking: `Überlegt: ${who} denkt…`,
    text: `Grüße von ${who} 🚋, fertig.`,
    tool: {
      id: `call_${who}`,
      name: 'write_file',
      input: { path: '/tmp/ä.txt', content: `"${who}"\n{}` },
    },
  };
}

/** One event of the healthy stream. */
export interface StreamPiece {
  readonly name: string;
  readonly text: string;
  /** How far the answer is once this event has come. */
  readonly zone: Zone;
}

/** The healthy stream, event by event. */
export function healthyStream(format: Format, who: Who = 'A'): readonly StreamPiece[] {
  return inZones(format, dialectOf(format).stream(saidBy(who)));
}

/** Events of an answer, each with how far the answer is behind it. */
export function inZones(format: Format, texts: readonly string[]): readonly StreamPiece[] {
  let zone: Zone = 'unseen';
  return texts.map((text, index) => {
    zone = zoneAfter(format, zone, text);
    return { name: `event ${index} (${nameOf(text)})`, text, zone };
  });
}

/** The healthy answer to a request without `stream`. */
export function healthyJson(format: Format, who: Who = 'A'): string {
  return JSON.stringify(dialectOf(format).whole(saidBy(who)));
}

/** The same, and the list of its parts that Gemini sends where nobody asks for an event stream. */
export function jsonForms(format: Format): readonly string[] {
  const whole = healthyJson(format);
  if (format !== 'gemini') return [whole];
  const parts = healthyStream(format).map(({ text }) => text.slice('data: '.length).trim());
  return [whole, `[${parts.join(',\r\n')}\n]\n`];
}

export const sseHeaders = { 'content-type': 'text/event-stream; charset=utf-8' } as const;
export const jsonHeaders = { 'content-type': 'application/json' } as const;

/** What a healthy target sends. */
export function healthyAnswer(format: Format, isStream: boolean, who: Who): RawAnswer {
  return isStream
    ? {
        headers: sseHeaders,
        pieces: healthyStream(format, who).map(({ text }) => Buffer.from(text)),
        ending: 'finish',
        isFast: true,
      }
    : {
        headers: jsonHeaders,
        pieces: [Buffer.from(healthyJson(format, who))],
        ending: 'finish',
        isFast: true,
      };
}

/** An event stream that ends properly, in one piece. */
export function streamOf(text: string, changes: Partial<RawAnswer> = {}): RawAnswer {
  return { headers: sseHeaders, pieces: [Buffer.from(text)], ending: 'finish', ...changes };
}

/** A JSON body that ends properly, in one piece. */
export function jsonOf(text: string, changes: Partial<RawAnswer> = {}): RawAnswer {
  return { headers: jsonHeaders, pieces: [Buffer.from(text)], ending: 'finish', ...changes };
}

export function joined(pieces: readonly { readonly text: string }[]): string {
  return pieces.map(({ text }) => text).join('');
}

function saidBy(who: Who) {
  const { tool, ...words } = contentOf(who);
  return { ...words, tools: [tool] };
}

function dialectOf(format: Format): UpstreamDialect {
  const dialect = UPSTREAM_DIALECTS.find((other) => other.format === format);
  if (dialect === undefined) throw new Error(`no dialect for ${format}`);
  return dialect;
}

/** What an event holds that takes the answer into a zone; see `Zone`. */
interface ZoneMarks {
  /** Of the healthy answer, whose thinking comes first. */
  readonly shown: RegExp;
  readonly finished?: RegExp;
  readonly ended: RegExp;
}

const zoneMarks: Readonly<Record<Format, ZoneMarks>> = {
  'anthropic-messages': { shown: /_delta/, ended: /"type":"message_stop"/ },
  'openai-chat': {
    shown: /reasoning_content/,
    finished: /"finish_reason":"/,
    ended: /\[DONE\]|"choices":\[\]/,
  },
  'openai-responses': { shown: /\.delta"/, ended: /"type":"response\.completed"/ },
  gemini: {
    shown: /"thought":true/,
    finished: /"finishReason":"/,
    ended: /"finishReason":"[^\n]*"usageMetadata":\{/,
  },
};

function zoneAfter(format: Format, before: Zone, text: string): Zone {
  const { shown, finished, ended } = zoneMarks[format];
  if (before === 'ended' || ended.test(text)) return 'ended';
  if (before === 'unseen') return shown.test(text) ? 'shown' : 'unseen';
  return finished?.test(text) === true ? 'finished' : before;
}

/** `content_block_delta thinking_delta`, `tool_calls`, `finish`: enough to find the event. */
function nameOf(text: string): string {
  const event = /^event: ([\w.]+)/.exec(text)?.[1];
  const kind =
    /"type":"((?:\w+_delta)|text|thinking|tool_use|message|reasoning|function_call)"/.exec(
      text.replace(/"type":"(?:content_block_delta|message_delta)"/, ''),
    )?.[1];
  if (event !== undefined) return kind === undefined ? event : `${event} ${kind}`;
  if (text.includes('[DONE]')) return '[DONE]';
  if (text.includes('"choices":[]')) return 'usage';
  if (/"(?:finish_reason|finishReason)":"/.test(text)) return 'finish';
  const member = /"(role|reasoning_content|tool_calls|content|thought|functionCall|text)":(?!\{)/;
  return (text.includes('"functionCall":') ? 'functionCall' : member.exec(text)?.[1]) ?? 'chunk';
}
