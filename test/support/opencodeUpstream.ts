// A stand-in for OpenCode Go on loopback: one key is good, its models answer, every other key is refused.
import { anthropicMessage, anthropicText } from './anthropicAnswers';
import { openaiChatCompletion, openaiChatText } from './openaiChatAnswers';
import {
  type Answer,
  type RecordedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from './scriptedUpstream';
import { OPENCODE_CONSOLE_ERRORS } from './upstreamErrors';

export interface OpencodeUpstream extends ScriptedUpstream {
  /** From now on only this key is good. */
  acceptKey(key: string): void;
  /** The requests to models, without key checks. */
  modelRequests(): readonly RecordedRequest[];
}

/** What the models say; the words show which model was asked. */
export function opencodeReply(model: string): string {
  return `Greetings from ${model}.`;
}

export async function startOpencodeUpstream(firstKey: string): Promise<OpencodeUpstream> {
  let acceptedKey = firstKey;
  const upstream = await startScriptedUpstream((request) => answer(request, acceptedKey));
  return {
    ...upstream,
    acceptKey: (key) => {
      acceptedKey = key;
    },
    modelRequests: () => upstream.requests.filter((request) => request.method === 'POST'),
  };
}

function answer(request: RecordedRequest, acceptedKey: string): Answer {
  // The gateway reads one header per route and ignores the other.
  const key = request.path.endsWith('/messages')
    ? request.headers['x-api-key']
    : request.headers.authorization?.replace(/^Bearer /, '');
  if (key !== acceptedKey) return OPENCODE_CONSOLE_ERRORS.invalidKey;
  if (request.path.endsWith('/usage')) return { status: 200, body: { usage: USAGE } };
  const text = opencodeReply(String(valueAt(request.body, 'model')));
  const isStream = valueAt(request.body, 'stream') === true;
  if (request.path.endsWith('/messages')) {
    return isStream ? anthropicText(text) : anthropicMessage([{ type: 'text', text }]);
  }
  return isStream ? openaiChatText(text) : openaiChatCompletion({ text });
}

const WINDOW_USE = { status: 'ok', percent: 3, resetsAt: '2030-01-01T00:00:00.000Z' } as const;
const USAGE = { rolling: WINDOW_USE, weekly: WINDOW_USE, monthly: WINDOW_USE } as const;

/** The answer of `GET …/usage` in the middle of each limit, with so many percent of the weekly one used. */
export function planUsageAnswer(weeklyPercent: number): Answer {
  const limit = (percent: number, hours: number) => ({
    status: 'ok',
    percent,
    resetsAt: new Date(Date.now() + hours * 3_600_000).toISOString(),
  });
  const usage = {
    rolling: limit(12.5, 3.2),
    weekly: limit(weeklyPercent, 50),
    monthly: limit(61, 400),
  };
  return { status: 200, body: { usage } };
}
