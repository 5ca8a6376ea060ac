import assert from 'node:assert/strict';
import { englishTexts } from '../../scripts/manifest';
import { dictionaryOf, languages } from '../../scripts/translations';

// Every text that a person reads has a translation which keeps what is no prose.

const { manifestTexts, sourceTexts } = englishTexts();
const texts = new Set([...Object.values(manifestTexts), ...Object.values(sourceTexts)]);

/** What a translation keeps to the letter: placeholders, addresses, names in code. */
const KEPT = [
  /\{\d+\}/g,
  /\]\([^)]+\)/g,
  /`[^`]+`/g,
  /switchyard\.[\w.]+\w/g,
  /https?:\/\/\w[\w./-]+/g,
];

function keptParts(text: string): readonly string[] {
  return KEPT.flatMap((pattern) => text.match(pattern) ?? []).sort();
}

for (const language of languages) {
  describe(`the translation ${language}`, () => {
    const dictionary = dictionaryOf(language);

    it('has every text of the settings, commands and messages (translations/)', () => {
      assert.deepEqual(
        [...texts].filter((text) => !(dictionary[text] ?? '').trim()),
        [],
      );
    });

    it('keeps placeholders, links and names in code', () => {
      const changed = Object.entries(dictionary).filter(
        ([text, translation]) => String(keptParts(text)) !== String(keptParts(translation)),
      );
      assert.deepEqual(changed, []);
    });
  });
}
