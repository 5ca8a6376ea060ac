import type { Core } from './core';
import { handleCountTokens } from './countTokens';
import { handleMessages } from './messages';
import { handleModels } from './models';
import type { Handler, RouteEntry, Routes } from './routeTable';
import { createChatClient } from './wire/chatClient';
import { chatErrorBody } from './wire/chatClientAnswer';
import { anthropicClient, type ClientCodec } from './wire/clients';
import { createResponsesClient } from './wire/responsesClient';
import { responsesErrorBody } from './wire/responsesClientErrors';

/** All that the proxy serves. */
export function createRoutes(core: Core): Routes {
  const asking = (codec: ClientCodec): RouteEntry => ({
    handle: (client, reply) => handleMessages(core, codec, client, reply),
    errorBody: codec.errorBody,
  });
  const chat: RouteEntry = {
    handle: (client, reply) => handleMessages(core, createChatClient(), client, reply),
    errorBody: chatErrorBody,
  };
  const responses: RouteEntry = {
    handle: (client, reply) => handleMessages(core, createResponsesClient(), client, reply),
    errorBody: responsesErrorBody,
  };
  const plain = (handle: Handler): RouteEntry => ({ handle, errorBody: anthropicClient.errorBody });
  return {
    'POST /v1/messages': asking(anthropicClient),
    // opencode takes the base URL to end in /v1 and leaves it out.
    'POST /messages': asking(anthropicClient),
    'POST /v1/chat/completions': chat,
    'POST /chat/completions': chat,
    'POST /v1/responses': responses,
    'POST /responses': responses,
    'POST /v1/messages/count_tokens': plain((client, reply) =>
      handleCountTokens(core, client, reply),
    ),
    'GET /v1/models': plain((client, reply) => handleModels(core, client, reply)),
    'HEAD /': plain(async (_client, reply) => reply.json(200, '')),
    'GET /health': plain(async (_client, reply) =>
      reply.json(200, JSON.stringify({ status: 'ok', service: 'switchyard' })),
    ),
  };
}

/** Routes that need no access token. */
export const openRoutes: ReadonlySet<string> = new Set(['GET /health']);
