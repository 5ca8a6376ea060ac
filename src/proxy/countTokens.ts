import type { Reply } from './reply';
import type { ClientRequest } from './server';
import { estimateRequestTokens } from './tokens';
import { parseMessagesRequest } from './wire/anthropicRequest';

/** `POST /v1/messages/count_tokens`: answered here, since OpenCode has none and `/context` asks two dozen times at once. */
export async function handleCountTokens(client: ClientRequest, reply: Reply): Promise<void> {
  const parsed = parseMessagesRequest(client.body);
  if (!parsed.ok) return reply.error(400, 'invalid_request_error', parsed.message);
  reply.json(200, JSON.stringify({ input_tokens: estimateRequestTokens(parsed.request) }));
}
