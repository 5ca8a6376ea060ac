import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
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

describe('the texts for translators', () => {
  it('are literals: a phrase that is put together at run time could not be found', () => {
    const folder = path.resolve(__dirname, '../../src');
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const calls = names
      .filter((name) => /\.tsx?$/.test(name))
      .flatMap(
        (name) => readFileSync(path.join(folder, name), 'utf8').match(/\bphrase\(.*\n?.*/g) ?? [],
      );
    assert.ok(calls.length > 100);
    const collected = calls.filter((call) => /^phrase\(\s*['"]/.test(call));
    assert.deepEqual(
      calls.filter((call) => !collected.includes(call)).map((call) => call.split('\n')[0]),
      ['phrase(template: string, ...values: readonly PhraseValue[]): Phrase {'],
    );
  });

  it('number their places from 0 without a gap', () => {
    const wrong = [...texts].filter((text) => {
      const places = new Set(
        (text.match(/\{\d+\}/g) ?? []).map((place) => Number(place.slice(1, -1))),
      );
      return [...places].some((place) => place >= places.size);
    });
    assert.deepEqual(wrong, []);
  });
});

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
