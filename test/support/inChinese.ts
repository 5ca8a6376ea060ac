import assert from 'node:assert/strict';
import { dictionaryOf } from '../../scripts/translations';
import { english, render, type Translate, type Words } from '../../src/proxy/phrase';

const dictionary = dictionaryOf('zh-cn');

/** As `vscode.l10n.t` in a window whose display language is Simplified Chinese. */
export const chinese: Translate = (template, ...values) =>
  english(dictionary[template] ?? template, ...values);

/** Two words of English in a row; names of models, settings and products are none. */
export const ENGLISH = /\b[A-Za-z]?[a-z]+ [a-z]{2,}\b/;

/** The words in Chinese, after a check that nothing of them stayed English. */
export function inChinese(words: Words): string {
  const said = render(words, chinese);
  assert.doesNotMatch(said, ENGLISH);
  assert.match(said, /\p{Script=Han}/u);
  return said;
}
