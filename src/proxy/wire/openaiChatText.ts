import { arrayAt, isObject, type JsonObject, stringAt } from './json';

export interface TextParts {
  readonly text: string;
  readonly thinking: string;
}

/** In the order of trust: several may hold the same text, so the first that is not empty is read alone. */
const reasoningKeys = [
  // DeepSeek, vLLM, llama.cpp, Moonshot, Z.ai, OpenCode.
  'reasoning_content',
  // OpenRouter, Ollama, Groq.
  'reasoning',
  // Copilot.
  'reasoning_text',
] as const;

/** The reasoning of one delta, '' when there is none. */
export function reasoningText(delta: JsonObject): string {
  for (const key of reasoningKeys) {
    const text = stringAt(delta, key);
    if (text !== undefined && text !== '') {
      return text;
    }
  }
  // OpenRouter and MiniMax; encrypted details hold no text.
  return arrayAt(delta, 'reasoning_details')
    .map((detail) => stringAt(detail, 'text') ?? stringAt(detail, 'summary') ?? '')
    .join('');
}

/** The text and the thinking of a `content`: a string, null, or an array of parts. */
export function contentText(content: unknown): TextParts {
  if (typeof content === 'string') {
    return { text: content, thinking: '' };
  }
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  return {
    text: parts
      .map((part) => (typeof part === 'string' ? part : (stringAt(part, 'text') ?? '')))
      .join(''),
    thinking: parts.map(thinkingText).join(''),
  };
}

/** Mistral puts its reasoning into parts `{type:'thinking', thinking:[{type:'text',text}]}`. */
function thinkingText(part: unknown): string {
  const thinking = isObject(part) ? part['thinking'] : undefined;
  if (typeof thinking === 'string') {
    return thinking;
  }
  return arrayAt(part, 'thinking')
    .map((piece) => stringAt(piece, 'text') ?? '')
    .join('');
}
