import { maxListedModels, readLearnedFacts, readModelId } from './learnedModels';
import type { ModelFacts, WireFormat } from './types';
import { arrayAt, countAt, objectAt, parseJson, stringAt } from './wire/json';

/** The open database of models: prices and windows of providers whose own list has only names. Asked without any key. */
export const modelsDevUrl = 'https://models.dev/api.json';

/** Our provider → theirs. */
const theirNames: Readonly<Record<string, string>> = {
  'opencode-go': 'opencode-go',
  'opencode-zen': 'opencode',
  anthropic: 'anthropic',
  openai: 'openai',
  openrouter: 'openrouter',
  deepseek: 'deepseek',
  moonshot: 'moonshotai',
  zai: 'zai',
};

/** Reads its whole answer: built-in provider → model → facts. Undefined when it has none of them. */
export function readModelsDev(
  text: string,
): Readonly<Record<string, Readonly<Record<string, ModelFacts>>>> | undefined {
  const answer = parseJson(text);
  const found = Object.entries(theirNames).flatMap(([ours, theirs]) => {
    const models = Object.entries(objectAt(objectAt(answer, theirs), 'models') ?? {});
    const facts = models.slice(0, maxListedModels).flatMap(([id, model]) => {
      const name = readModelId(id);
      return name === undefined ? [] : [[name, factsOf(ours, model)] as const];
    });
    return facts.length === 0 ? [] : [[ours, Object.fromEntries(facts)] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function factsOf(provider: string, model: unknown): ModelFacts {
  const limit = objectAt(model, 'limit');
  const inputs = arrayAt(objectAt(model, 'modalities'), 'input');
  return readLearnedFacts({
    // Only a gateway's models are served in several formats, and only there it names the exceptions.
    wireFormat: provider.startsWith('opencode-') ? wireFormatOf(model) : undefined,
    context: countAt(limit, 'context'),
    maxOutput: countAt(limit, 'output'),
    images: inputs.length === 0 ? undefined : inputs.includes('image'),
    price: priceOf(objectAt(model, 'cost')),
  });
}

/** Named by the npm package that speaks to the endpoint. */
const packageFormats: Readonly<Record<string, WireFormat>> = {
  '@ai-sdk/anthropic': 'anthropic-messages',
  '@ai-sdk/openai': 'openai-responses',
  '@ai-sdk/google': 'gemini',
  '@ai-sdk/openai-compatible': 'openai-chat',
};

function wireFormatOf(model: unknown): WireFormat | undefined {
  return packageFormats[stringAt(objectAt(model, 'provider'), 'npm') ?? ''];
}

function priceOf(cost: unknown): readonly number[] | undefined {
  const input = countAt(cost, 'input');
  const output = countAt(cost, 'output');
  if (input === undefined || output === undefined) return undefined;
  return [input, output, countAt(cost, 'cache_read') ?? 0, countAt(cost, 'cache_write') ?? 0];
}
