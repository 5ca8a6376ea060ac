import { maxListedModels, readLearnedFacts, readModelId } from './learnedModels';
import type { LearnedModels, ModelFacts, WireFormat } from './types';
import { arrayAt, countAt, isObject, objectAt, parseJson, stringAt } from './wire/json';

/** Where a provider lists its models, below its base URL. */
export function modelListPath(format: WireFormat): string {
  return listPaths[format];
}

/**
 * Reads the answer to a GET of a provider's model list: the shapes of OpenAI (with the facts that OpenRouter and Moonshot
 * add), Anthropic and Gemini. Undefined when it is no list, or an empty one.
 */
export function readModelList(text: string): LearnedModels | undefined {
  const facts = new Map<string, ModelFacts>();
  for (const entry of entriesOf(parseJson(text)).slice(0, maxListedModels)) {
    const id = readModelId(idOf(entry));
    if (id !== undefined && answersInText(entry, id)) facts.set(id, factsOf(entry));
  }
  if (facts.size === 0) return undefined;
  return { listed: [...facts.keys()], facts: Object.fromEntries(facts) };
}

// Without a limit these two give their first page only.
const listPaths = {
  'anthropic-messages': '/models?limit=1000',
  'openai-chat': '/models',
  'openai-responses': '/models',
  gemini: '/models?pageSize=1000',
} as const satisfies Record<WireFormat, string>;

function entriesOf(answer: unknown): readonly unknown[] {
  const data = arrayAt(answer, 'data');
  return data.length > 0 ? data : arrayAt(answer, 'models');
}

function idOf(entry: unknown): string | undefined {
  return stringAt(entry, 'id') ?? stringAt(entry, 'name')?.replace(/^models\//, '');
}

/** OpenAI and Gemini list what cannot chat too, and say so in the name only. */
const otherTrade =
  /embed|whisper|tts|dall-e|moderation|transcribe|realtime|audio|-image|image-|imagen|sora|veo-|rerank/i;

function answersInText(entry: unknown, id: string): boolean {
  const outputs = arrayAt(objectAt(entry, 'architecture'), 'output_modalities');
  if (outputs.length > 0) return outputs.includes('text');
  return !otherTrade.test(id);
}

function factsOf(entry: unknown): ModelFacts {
  const best = objectAt(entry, 'top_provider');
  return readLearnedFacts({
    context:
      countAt(entry, 'context_length') ??
      countAt(entry, 'max_input_tokens') ??
      countAt(entry, 'inputTokenLimit'),
    maxOutput:
      countAt(best, 'max_completion_tokens') ??
      countAt(entry, 'max_tokens') ??
      countAt(entry, 'outputTokenLimit'),
    images: readsImages(entry),
    price: priceOf(objectAt(entry, 'pricing')),
  });
}

function readsImages(entry: unknown): unknown {
  const inputs = arrayAt(objectAt(entry, 'architecture'), 'input_modalities');
  if (inputs.length > 0) return inputs.includes('image');
  const capability = objectAt(objectAt(entry, 'capabilities'), 'image_input');
  return capability?.['supported'] ?? (isObject(entry) ? entry['supports_image_in'] : undefined);
}

/** OpenRouter's are texts, in USD for one token; a negative one means "it depends". */
function priceOf(pricing: unknown): readonly unknown[] | undefined {
  if (stringAt(pricing, 'prompt') === undefined) return undefined;
  const perMillion = (name: string) => {
    const price = Number(stringAt(pricing, name) ?? '0') * 1_000_000;
    return Number(price.toFixed(6));
  };
  return ['prompt', 'completion', 'input_cache_read', 'input_cache_write'].map(perMillion);
}
