import { render, type Words } from '../phrase';

/** The JSON text of an error as OpenAI words it. */
export function responsesErrorBody(type: string, message: string): string {
  const code = isContextError(message) ? 'context_length_exceeded' : (httpCodes[type] ?? null);
  return JSON.stringify({ error: { message, type, param: null, code } });
}

const httpCodes: Readonly<Record<string, string>> = {
  authentication_error: 'invalid_api_key',
  rate_limit_error: 'rate_limit_exceeded',
};

/**
 * An error inside a stream. Codex tries again after all codes but a few, and of those only `invalid_prompt` lets it show our
 * sentence (measured with 0.169.0, 2026-11-22).
 */
export function responsesError(type: string, words: Words): ResponsesError {
  const message = render(words);
  const usual = streamCodes[type] ?? 'server_error';
  return { code: isContextError(message) ? 'context_length_exceeded' : usual, message };
}

export interface ResponsesError {
  readonly code: string;
  readonly message: string;
}

const streamCodes: Readonly<Record<string, string>> = {
  authentication_error: 'invalid_prompt',
  billing_error: 'invalid_prompt',
  permission_error: 'invalid_prompt',
  not_found_error: 'invalid_prompt',
  invalid_request_error: 'invalid_prompt',
  rate_limit_error: 'rate_limit_exceeded',
};

/** Our own sentence for it, which every client format shares. */
function isContextError(message: string): boolean {
  return message.startsWith('prompt is too long');
}
