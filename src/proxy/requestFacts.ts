import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { estimateInput, type TokenCounter } from './tokens';
import { type RequestClass, type RequestFacts, requestClasses } from './types';
import type { MessagesRequest } from './wire/anthropicRequest';

/** Measures a request once: what routing, capacity and the log may know of it. Pure. */
export function describeRequest(
  request: MessagesRequest,
  headers: IncomingHttpHeaders,
  count: TokenCounter = estimateInput,
): RequestFacts {
  const { thinking } = request;
  const { inputTokens, imageSizes } = count(request);
  return {
    requestedModel: request.model,
    stream: request.stream,
    inputTokens,
    // Tool results included: the model must see what the talk is about.
    hasImages: imageSizes.length > 0,
    ...(imageSizes.length > 0 ? { imageSizes } : {}),
    hasTools: request.tools.length > 0,
    thinking: thinking !== undefined && thinking.type !== 'disabled',
    effort: request.effort,
    maxOutputTokens: request.maxTokens,
    requestClass: requestClass(request, headers),
    agentType: header(headers, 'x-claude-code-agent-type'),
    userAgent: header(headers, 'user-agent') ?? '',
    sessionId: sessionId(request, headers),
  };
}

function requestClass(request: MessagesRequest, headers: IncomingHttpHeaders): RequestClass {
  const hint = header(headers, 'x-claude-code-request-class');
  const hinted = requestClasses.find((name) => name === hint);
  if (hinted !== undefined) return hinted;
  if (header(headers, 'x-claude-code-agent-id') !== undefined) return 'subagent';
  // Session names and titles: nothing to act with, and an answer in a given shape. Quota probes ask for one token.
  const isProbe = request.maxTokens === 1;
  const hasNoTools = request.tools.length === 0;
  const isSmall = request.outputSchema !== undefined || isProbe || asksForTitle(request);
  return hasNoTools && isSmall ? 'auxiliary' : 'main';
}

/** opencode asks in plain words, beside the conversation: its first request of all. */
function asksForTitle({ messages }: MessagesRequest): boolean {
  const [first] = messages.find((message) => message.role === 'user')?.content ?? [];
  return first?.type === 'text' && first.text.startsWith('Generate a title for this conversation');
}

/** Headers in which clients name their conversation, the surest first. */
const sessionHeaders = [
  'x-claude-code-session-id',
  'x-opencode-session',
  'x-session-id',
  'session-id',
  'session_id',
];

/** Stable for a conversation and different between conversations, never one for an installation. */
function sessionId(request: MessagesRequest, headers: IncomingHttpHeaders): string {
  for (const name of sessionHeaders) {
    const value = header(headers, name);
    if (value !== undefined && /^[\w.:-]{1,128}$/.test(value)) return value;
  }
  const first = request.messages.find((message) => message.role === 'user');
  const opening = JSON.stringify([request.userId, first?.content]);
  return createHash('sha256').update(opening).digest('hex').slice(0, 32);
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
