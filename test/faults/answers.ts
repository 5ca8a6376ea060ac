// The healthy answer that every fault spoils: thinking, text and a tool call, in either wire format.
import { anthropicMessage, anthropicSse } from '../support/anthropicAnswers';
import type { RawAnswer } from '../support/faultsUpstream';
import { openaiChatCompletion, openaiChatSse } from '../support/openaiChatAnswers';
import type { Zone } from './model';

export type Format = 'anthropic-messages' | 'openai-chat';
export const formats = ['anthropic-messages', 'openai-chat'] as const satisfies readonly Format[];

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
  let zone: Zone = 'unseen';
  return eventTexts(format, contentOf(who)).map((text, index) => {
    zone = zoneAfter(zone, text);
    return { name: `event ${index} (${nameOf(text)})`, text, zone };
  });
}

/** The healthy answer to a request without `stream`. */
export function healthyJson(format: Format, who: Who = 'A'): string {
  const { thinking, text, tool } = contentOf(who);
  const answer =
    format === 'openai-chat'
      ? openaiChatCompletion({ reasoning: thinking, text, toolCalls: [tool] })
      : anthropicMessage([
          { type: 'thinking', thinking },
          { type: 'text', text },
          { type: 'tool_use', ...tool },
        ]);
  return JSON.stringify(answer.body);
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

function eventTexts(format: Format, { thinking, text, tool }: Content): readonly string[] {
  if (format === 'openai-chat') {
    return openaiChatSse({ reasoning: thinking, text, toolCalls: [tool] });
  }
  return anthropicSse([
    { type: 'thinking', thinking },
    { type: 'text', text },
    { type: 'tool_use', ...tool },
  ]);
}

function zoneAfter(before: Zone, text: string): Zone {
  if (/message_stop|\[DONE\]|"choices":\[\]/.test(text)) return 'ended';
  if (before === 'unseen') return /_delta|reasoning_content/.test(text) ? 'shown' : 'unseen';
  if (/"finish_reason":"/.test(text)) return 'finished';
  return before;
}

/** `content_block_delta thinking_delta`, `tool_calls`, `finish`: enough to find the event. */
function nameOf(text: string): string {
  const event = /^event: (\w+)/.exec(text)?.[1];
  const kind = /"type":"((?:\w+_delta)|text|thinking|tool_use)"/.exec(
    text.replace(/"type":"(?:content_block_delta|message_delta)"/, ''),
  )?.[1];
  if (event !== undefined) return kind === undefined ? event : `${event} ${kind}`;
  if (text.includes('[DONE]')) return '[DONE]';
  if (text.includes('"choices":[]')) return 'usage';
  if (text.includes('"finish_reason":"')) return 'finish';
  return /"(role|reasoning_content|tool_calls|content)":/.exec(text)?.[1] ?? 'chunk';
}
