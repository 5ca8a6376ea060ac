/**
 * A text for a person, in English and not yet in their language: the extension translates it where it is shown, the worker
 * renders it in English for logs and clients. Made by `phrase` alone, whose templates are collected for translators.
 */
export interface Phrase {
  /** With a place `{0}`, `{1}` … for each value, which a translation may put in another order. */
  readonly template: string;
  readonly values: readonly PhraseValue[];
}

/** Words that are their own in every language, as names and what an upstream said; or words of ours. */
export type Words = string | Phrase;

/** A number is shown as it is, a moment (epoch ms) in local time. */
export type PhraseValue = Words | number | { readonly at: number };

/** As `vscode.l10n.t`: the text in the person's language, with its values in place. */
export type Translate = (template: string, ...values: (string | number)[]) => string;

/** A new phrase. The template is a literal, or nobody could translate it. */
export function phrase(template: string, ...values: readonly PhraseValue[]): Phrase {
  return { template, values };
}

/** The text in the language of `t`; without one in English. */
export function render(words: Words, t: Translate = english): string {
  if (typeof words === 'string') return words;
  return t(words.template, ...words.values.map((value) => renderValue(value, t)));
}

/** Puts the values in their places. */
export function english(template: string, ...values: (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (place, index) => String(values[Number(index)] ?? place));
}

/** All of them in one, in order: `a, b, c`. */
export function listed(phrases: readonly [Phrase, ...Phrase[]]): Phrase {
  const [first, ...others] = phrases;
  return others.reduce((list, next) => phrase('{0}, {1}', list, next), first);
}

/** The same for parts that hold commas: `a; b; c`. */
export function listedApart(phrases: readonly [Phrase, ...Phrase[]]): Phrase {
  const [first, ...others] = phrases;
  return others.reduce((list, next) => phrase('{0}; {1}', list, next), first);
}

/** The same words with every part that is not ours changed. */
export function withForeign(words: Phrase, change: (text: string) => string): Phrase;
export function withForeign(words: Words, change: (text: string) => string): Words;
export function withForeign(words: Words, change: (text: string) => string): Words {
  if (typeof words === 'string') return change(words);
  const values = words.values.map((value) =>
    typeof value === 'number' || (typeof value === 'object' && 'at' in value)
      ? value
      : withForeign(value, change),
  );
  return { template: words.template, values };
}

function renderValue(value: PhraseValue, t: Translate): string | number {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && 'at' in value ? momentInWords(value.at, t) : render(value, t);
}

/** A moment in the local time of this machine: `Sun 22 Nov, 18:20`. */
export function momentInWords(at: number, t: Translate = english): string {
  // A translation names its own way to write dates, so that no text is in two languages.
  return new Intl.DateTimeFormat(t('en-GB'), momentParts).format(at);
}

const momentParts = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
} as const;
