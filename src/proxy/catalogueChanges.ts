import { catalogueModels, modelFacts } from './catalogue';
import type { ModelFacts, Provider } from './types';

/** What a refresh changed of one provider's models. */
export interface ModelChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** "glm-5.3: context 1,000,000 → 2,000,000 tokens" */
  readonly changed: readonly string[];
}

/** Model → facts, as they are in force. */
export type KnownModels = ReadonlyMap<string, ModelFacts>;

export function knownModels(provider: Provider): KnownModels {
  return new Map(catalogueModels(provider).map((model) => [model, modelFacts(provider, model)]));
}

export function modelChanges(before: KnownModels, after: KnownModels): ModelChanges {
  const without = (from: KnownModels, other: KnownModels) =>
    [...from.keys()].filter((model) => !other.has(model)).sort();
  const changed = [...before].flatMap(([model, old]) => {
    const now = after.get(model);
    const words = now === undefined ? [] : describeChanges(old, now);
    return words.length === 0 ? [] : `${model}: ${words.join('; ')}`;
  });
  return {
    added: without(after, before),
    removed: without(before, after),
    changed: changed.sort(),
  };
}

/** "2 new, 1 gone, 3 changed"; "nothing new" when there is none of it. */
export function countChanges({ added, removed, changed }: ModelChanges): string {
  const counts = [
    [added.length, 'new'],
    [removed.length, 'gone'],
    [changed.length, 'changed'],
  ] as const;
  const words = counts.flatMap(([count, word]) => (count === 0 ? [] : `${count} ${word}`));
  return words.length === 0 ? 'nothing new' : words.join(', ');
}

function describeChanges(before: ModelFacts, after: ModelFacts): readonly string[] {
  return [
    ...change('context', before.context, after.context, tokens),
    ...change('longest answer', before.maxOutput, after.maxOutput, tokens),
    ...change('images', before.images, after.images, (images) => (images ? 'yes' : 'no')),
    ...change('price', before.price, after.price, price),
  ];
}

/** Only what both know: to learn a fact is no change of the model. */
function change<Value>(
  what: string,
  before: Value | undefined,
  after: Value | undefined,
  words: (value: Value) => string,
): readonly string[] {
  if (before === undefined || after === undefined) return [];
  const [old, now] = [words(before), words(after)];
  return old === now ? [] : [`${what} ${old} → ${now}`];
}

function tokens(count: number): string {
  return `${count.toLocaleString('en')} tokens`;
}

/** Cache prices follow these two. */
function price([input, output]: NonNullable<ModelFacts['price']>): string {
  return `$${input}/$${output} per million tokens`;
}
