import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { plainModelName } from './clientModelNames';
import { openingHash } from './opening';
import { estimateInput, type TokenCounter } from './tokens';
import { type RequestClass, type RequestFacts, requestClasses } from './types';
import type { MessagesRequest, RequestMessage } from './wire/anthropicRequest';

/** Measures a request once: what routing, capacity and the log may know of it. Pure. */
export function describeRequest(
  request: MessagesRequest,
  headers: IncomingHttpHeaders,
  count: TokenCounter = estimateInput,
): RequestFacts {
  const { thinking } = request;
  const { inputTokens, imageSizes } = count(request);
  return {
    requestedModel: plainModelName(request.model),
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
  if (isCompaction(request)) return 'compaction';
  return isAuxiliary(request) ? 'auxiliary' : 'main';
}

/** Claude Code asks at the end of the conversation itself, with all its tools. */
function isCompaction({ messages }: MessagesRequest): boolean {
  const last = messages.findLast(isUsers)?.content.at(-1);
  return last?.type === 'text' && last.text.startsWith('CRITICAL: Respond with TEXT ONLY');
}

function isAuxiliary(request: MessagesRequest): boolean {
  if (request.tools.length > 0) return isServerToolCall(request);
  // Session names and titles want an answer in a given shape. Quota probes ask for one token.
  const isSmall = request.outputSchema !== undefined || request.maxTokens === 1;
  return isSmall || isClassifier(request) || asksForTitle(request);
}

/** The inner request of Claude Code's WebSearch. */
function isServerToolCall({ tools, messages }: MessagesRequest): boolean {
  const [block, ...others] = messages[0]?.content ?? [];
  const isAlone = messages.length === 1 && others.length === 0 && block?.type === 'text';
  const isInTheseWords = isAlone && block.text.startsWith('Perform a web search for the query:');
  return isInTheseWords && tools.every((tool) => tool.type === 'server');
}

/** Claude Code's check of an action in auto mode: a number between tags, in a few tokens. */
function isClassifier({ maxTokens, stopSequences }: MessagesRequest): boolean {
  return maxTokens !== undefined && maxTokens <= 64 && stopSequences.includes('</severity>');
}

/** opencode asks in plain words, beside the conversation: its first request of all. */
function asksForTitle({ messages }: MessagesRequest): boolean {
  const [first] = messages.find(isUsers)?.content ?? [];
  return first?.type === 'text' && first.text.startsWith('Generate a title for this conversation');
}

function isUsers({ role }: RequestMessage): boolean {
  return role === 'user';
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
  const opening = JSON.stringify([request.userId, openingHash(request)]);
  return createHash('sha256').update(opening).digest('hex').slice(0, 32);
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
