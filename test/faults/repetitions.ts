// Events that come twice or not at all.
import { type Format, healthyStream, joined, type StreamPiece, streamOf } from './answers';
import type { Combination, Fault } from './fault';
import type { Strike, Zone } from './model';

interface Effect {
  readonly strike: Strike;
  /** The zone in which it is noticed; by default that of the event's own place. */
  readonly zone?: Zone;
  readonly content?: 'altered';
}

const harmless: Effect = { strike: 'nothing' };
/** Nobody can tell a word that came twice, or not at all, from what the model meant. */
const unknowable: Effect = { strike: 'nothing', content: 'altered' };
/** Noticed when blocks are counted up or a tool input is read; by then the client has seen the beginning. */
const corrupt: Effect = { strike: 'nonsense', zone: 'shown' };

/** The first rule whose pattern fits the event's text decides. */
type Rules = readonly (readonly [pattern: RegExp, effect: Effect])[];

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
};

function effectOf(rules: Rules, event: StreamPiece): Effect {
  const found = rules.find(([pattern]) => pattern.test(event.text));
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
      const { strike, zone, content } = effectOf(rules[format], event);
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
