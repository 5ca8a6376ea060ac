import { catalogueModels, modelFacts } from './catalogue';
import { listedApart, type Phrase, phrase, render } from './phrase';
import type { ModelFacts, Provider } from './types';

/** What a refresh changed of one provider's models. */
export interface ModelChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** "glm-5.3: context 1,000,000 → 2,000,000 tokens" */
  readonly changed: readonly Phrase[];
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
    const [first, ...others] = now === undefined ? [] : describeChanges(old, now);
    if (first === undefined) return [];
    return phrase('{0}: {1}', model, listedApart([first, ...others]));
  });
  return {
    added: without(after, before),
    removed: without(before, after),
    changed: changed.sort((a, b) => (render(a) < render(b) ? -1 : 1)),
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

function describeChanges(before: ModelFacts, after: ModelFacts): readonly Phrase[] {
  return [
    ...change(context, before.context, after.context, tokens),
    ...change(longestAnswer, before.maxOutput, after.maxOutput, tokens),
    ...change(images, before.images, after.images, (reads) =>
      reads ? phrase('yes') : phrase('no'),
    ),
    ...change(price, before.price, after.price, priceInWords),
  ];
}

/** Only what both know: to learn a fact is no change of the model. */
function change<Value>(
  told: Told,
  before: Value | undefined,
  after: Value | undefined,
  words: (value: Value) => Phrase,
): readonly Phrase[] {
  if (before === undefined || after === undefined) return [];
  const [old, now] = [words(before), words(after)];
  return render(old) === render(now) ? [] : [told(old, now)];
}

type Told = (before: Phrase, after: Phrase) => Phrase;

const context: Told = (before, after) => phrase('context {0} → {1}', before, after);
const longestAnswer: Told = (before, after) => phrase('longest answer {0} → {1}', before, after);
const images: Told = (before, after) => phrase('images {0} → {1}', before, after);
const price: Told = (before, after) => phrase('price {0} → {1}', before, after);

function tokens(count: number): Phrase {
  return phrase('{0} tokens', count.toLocaleString('en'));
}

/** Cache prices follow these two. */
function priceInWords([input, output]: NonNullable<ModelFacts['price']>): Phrase {
  return phrase('{0} per million tokens', `$${input}/$${output}`);
}
