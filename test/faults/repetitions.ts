// Events that come twice or not at all.
import { type Format, healthyStream, joined, type StreamPiece, streamOf } from './answers';
import type { Combination, Fault } from './fault';
import type { Strike, Zone } from './model';

interface Effect {
  readonly strike: Strike;
  /** The zone in which it is noticed; by default that of the event's own place. */
  readonly zone?: Zone;
  readonly content?: NonNullable<Combination['content']>;
}

const harmless: Effect = { strike: 'nothing' };
/** Nobody can tell a word that came twice, or not at all, from what the model meant. */
const unknowable: Effect = { strike: 'nothing', content: 'altered' };
/** Noticed when blocks are counted up or a tool input is read; by then the client has seen the beginning. */
const corrupt: Effect = { strike: 'nonsense', zone: 'shown' };

/** The first rule whose pattern fits the event's text, and that of the next event where it says so, decides. */
type Rules = readonly (readonly [pattern: RegExp, effect: Effect, next?: RegExp])[];

const twice: Readonly<Record<Format, Rules>> = {
  'anthropic-messages': [
    [/"partial_json":""|signature_delta/, harmless],
    [/input_json_delta/, corrupt],
    [/_delta"/, unknowable],
    // A second start or stop of the same block, a second message_start: the first counts. Of message_delta there may be
    // several.
    [/./, harmless],
  ],
  'openai-chat': [
    [/reasoning_content|"content":"[^"]/, unknowable],
    // The first piece of a tool's input is taken for a growing snapshot; any other makes nonsense of it.
    [/"arguments":"[^{"]/, corrupt],
    [/./, harmless],
  ],
  'openai-responses': [
    [/"response\.(?:output_text|reasoning_summary_text)\.delta"/, unknowable],
    // As in Chat Completions. The whole input comes again behind it, but a client that streams has the nonsense by then.
    [/"response\.function_call_arguments\.delta".*"delta":"[^{]/, corrupt],
    // Ids and places tell what is the same again, and a whole adds nothing to what came of it.
    [/./, harmless],
  ],
  gemini: [
    // The same id, name and input: no model calls twice in that way, and run twice a tool may do harm.
    [/"functionCall":/, harmless],
    [/"text":"[^"]/, unknowable],
    [/./, harmless],
  ],
};

const never: Readonly<Record<Format, Rules>> = {
  'anthropic-messages': [
    [/"partial_json":""|"signature_delta"/, harmless],
    [/input_json_delta/, corrupt],
    [/"(?:text|thinking)_delta"/, unknowable],
    // Deltas of a block that never began: what it was is lost.
    [/content_block_start/, { strike: 'nonsense' }],
    // The next start, or the end of the message, closes it.
    [/content_block_stop/, harmless],
    [/message_start/, { strike: 'nonsense' }],
    // What is never invented is the end. Behind the end marker of a host that gives no reason, the reason is the ordinary
    // one: anthropics/claude-code#16785.
    [/"type":"message_delta"/, harmless],
    [/message_stop/, { strike: 'end', zone: 'shown' }],
  ],
  'openai-chat': [
    [/reasoning_content|"content":"[^"]/, unknowable],
    // Input of a call without a name.
    [/"name":"write_file"/, corrupt],
    [/"tool_calls":/, corrupt],
    // [DONE] is an end marker too, and hosts exist that give no other.
    [/"finish_reason":"/, harmless],
    [/./, harmless],
  ],
  'openai-responses': [
    // What is said in pieces is said again as a whole, twice or three times. A piece at the end is made up for; one at the
    // beginning is too late for a client that has read on, unless nothing was readable yet, as of an input without its
    // beginning.
    [/"response\.(?:output_text|reasoning_summary_text)\.delta"/, harmless, /_text\.done"/],
    [/"response\.(?:output_text|reasoning_summary_text)\.delta"/, unknowable],
    // Neither [DONE] nor the end of the body is an end marker here: hosts that leave this one out are not known.
    [/"type":"response\.completed"/, { strike: 'end', zone: 'shown' }],
    [/./, harmless],
  ],
  gemini: [
    // A call comes whole or not at all, and the finish reason does not speak of it.
    [/"functionCall":/, { strike: 'nothing', content: 'without its tool call' }],
    [/"text":"[^"]/, unknowable],
    [/"finishReason":"/, { strike: 'end', zone: 'shown' }],
    [/./, harmless],
  ],
};

function effectOf(rules: Rules, event: StreamPiece, next: StreamPiece | undefined): Effect {
  const found = rules.find(
    ([pattern, , behind]) =>
      pattern.test(event.text) && (behind === undefined || behind.test(next?.text ?? '')),
  );
  if (found === undefined) throw new Error(`no rule for ${event.name}`);
  return found[1];
}

function combinationsOf(
  rules: Readonly<Record<Format, Rules>>,
  change: (events: readonly StreamPiece[], index: number) => readonly StreamPiece[],
): Fault['combinations'] {
  return (format) => {
    const events = healthyStream(format);
    return events.map((event, index): Combination => {
      const { strike, zone, content } = effectOf(rules[format], event, events[index + 1]);
      return {
        place: event.name,
        strike,
        zone: zone ?? events[index - 1]?.zone ?? 'unseen',
        answer: streamOf(joined(change(events, index))),
        ...(content === undefined ? {} : { content }),
      };
    });
  };
}

export const repetitionFaults: readonly Fault[] = [
  {
    name: 'an event that comes twice',
    combinations: combinationsOf(twice, (events, index) => [
      ...events.slice(0, index + 1),
      ...events.slice(index),
    ]),
  },
  {
    name: 'an event that never comes',
    combinations: combinationsOf(never, (events, index) => [
      ...events.slice(0, index),
      ...events.slice(index + 1),
    ]),
  },
];
