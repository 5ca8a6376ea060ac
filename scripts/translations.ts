// The translations: one dictionary per language, from the English text to the other. A text that changes loses its
// translation, and `test/guards/translations.test.ts` names it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod/mini';

export const languages = ['zh-cn'] as const;
export type Language = (typeof languages)[number];

export function dictionaryOf(language: Language): Readonly<Record<string, string>> {
  const file = path.join(__dirname, '../translations', `${language}.json`);
  return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The same keys with translated texts; a text without a translation is left out, which VS Code shows in English. */
export function translated(
  texts: Readonly<Record<string, string>>,
  dictionary: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, text]) => {
      const translation = dictionary[text];
      return translation === undefined ? [] : [[key, translation]];
    }),
  );
}
