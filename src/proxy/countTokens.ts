import type { Core } from './core';
import type { Reply } from './reply';
import { describeContent } from './requestContent';
import { describeRequest } from './requestFacts';
import { route } from './router';
import type { ClientRequest } from './routeTable';
import type { RequestFacts } from './types';
import { type MessagesRequest, readMessagesRequest } from './wire/anthropicRequest';

/**
 * `POST /v1/messages/count_tokens`: answered here, since OpenCode has none and `/context` asks two dozen times at once. In
 * the tokens of the model that would be asked first.
 */
export async function handleCountTokens(
  core: Core,
  client: ClientRequest,
  reply: Reply,
): Promise<void> {
  const parsed = readMessagesRequest(core.bodies.readBeside(client.body));
  if (!parsed.ok) return reply.error(400, 'invalid_request_error', parsed.message);
  const facts = describeRequest(parsed.request, client.headers, core.tokens.count);
  reply.json(200, JSON.stringify({ input_tokens: tokensOf(core, parsed.request, facts) }));
}

/** The same for a chat inside the editor; undefined for what is no Messages request. */
export function countChatTokens(core: Core, body: string): number | undefined {
  const parsed = readMessagesRequest(core.bodies.readBeside(Buffer.from(body)));
  if (!parsed.ok) return undefined;
  const { request } = parsed;
  return tokensOf(core, request, describeRequest(request, {}, core.tokens.count));
}

function tokensOf(core: Core, request: MessagesRequest, facts: RequestFacts): number {
  const content = describeContent(request, facts.requestClass);
  const [target] = route(facts, content, core.table(), core.tokens.inputTokens).targets;
  return target === undefined ? facts.inputTokens : core.tokens.inputTokens(target, facts);
}
