import { encodeCollected } from './deliver';
import type { Reply } from './reply';
import { type Route, targetName } from './types';
import type { ClientCodec } from './wire/clients';
import { noUsage, type StreamEvent } from './wire/streamEvent';

/** Who waits for an answer, and how. */
export interface Asking {
  readonly codec: ClientCodec;
  readonly reply: Reply;
  readonly stream: boolean;
  readonly inputTokens: number;
}

/** `max_tokens: 0` warms a cache at Anthropic; elsewhere it would be a malformed request. */
export function answerNothing(asking: Asking, model: string): void {
  answer({ ...asking, stream: false }, model, [
    { type: 'message-end', stopReason: 'max_tokens', stopSequence: null, usage: noUsage },
  ]);
}

/**
 * The answer to a request for a server tool that no model of the chain runs. Words instead of an error: Claude Code hands
 * them to its model as the result of the search (2.1.330: “Did 0 searches”), while an error would be tried again.
 */
export function answerWithoutServerTool(asking: Asking, route: Route): void {
  const [target] = route.targets;
  const text = lackOfServerTool(route);
  answer(asking, target === undefined ? '' : target.model, [
    { type: 'text-start' },
    { type: 'text-delta', text },
    { type: 'text-end' },
    { type: 'message-end', stopReason: 'end_turn', stopSequence: null, usage: noUsage },
  ]);
}

function lackOfServerTool({ lackingServerTools, scenario, targets }: Route): string {
  const tools = lackingServerTools.join(', ');
  const names = targets.map(targetName).join(', ');
  return `Not available: ${tools} runs on a provider's own servers, and no model of the scenario “${scenario}” (${names}) can run it. Nothing was searched or fetched. Say so plainly and invent no results. To make it available, put a model of a provider that runs it, such as “anthropic”, into the scenario's chain in the setting switchyard.scenarios.`;
}

function answer(
  { codec, reply, stream, inputTokens }: Asking,
  model: string,
  events: readonly StreamEvent[],
): void {
  const all: readonly StreamEvent[] = [
    { type: 'message-start', id: '', model, usage: noUsage },
    ...events,
  ];
  if (!stream) {
    reply.json(200, encodeCollected(codec, all, { model, inputTokens }));
    return;
  }
  reply.startStream();
  void reply.write(codec.createStreamEncoder({ model, inputTokens }).encode(all));
  reply.end();
}
