import assert from 'node:assert/strict';
import { holdsPhrase } from '../../../src/proxy/wholeWords';

describe('holdsPhrase', () => {
  const held: readonly [language: string, text: string, phrase: string][] = [
    ['English', 'Think about the API design.', 'think'],
    ['English, a phrase over lines', 'now think\n  hard about it', 'think hard'],
    ['English, in quotes', 'say “refactor”!', 'refactor'],
    ['English, with a hyphen', 're-think it', 'think'],
    ['full-width letters', 'ＡＰＩ の設計', 'api'],
    ['German', 'Bitte prüfe die Größe', 'GRÖẞE'],
    ['Russian', 'Подумай об архитектуре хорошо', 'архитектуре'],
    ['Greek', 'Σχεδίασε την αρχιτεκτονική', 'αρχιτεκτονική'],
    ['Hindi', 'कृपया इस कोड की समीक्षा करें', 'समीक्षा'],
    ['Arabic', 'من فضلك راجع التصميم بعناية', 'راجع'],
    ['Korean', '이 코드를 다시 설계 해줘', '설계'],
    ['Chinese', '请重构这个函数', '重构'],
    ['Chinese, a phrase of two words', '请仔细思考架构设计的问题', '架构设计'],
    ['Japanese', 'この関数の設計を考えてください', '設計'],
    ['Japanese, in kana', 'コードをリファクタリングしてください', 'リファクタリング'],
    ['Thai', 'ช่วยออกแบบระบบให้หน่อย', 'ออกแบบ'],
    ['several scripts', '用 TypeScript 重构 parser', 'typescript'],
    ['a later occurrence', 'thinking is not to think', 'think'],
    ['symbols beside letters', 'rewrite it in C++ now', 'c++'],
  ];
  for (const [language, text, phrase] of held) {
    it(`finds a word: ${language}`, () => assert.ok(holdsPhrase(text, phrase)));
  }

  const missing: readonly [what: string, text: string, phrase: string][] = [
    ['a beginning', 'thinking about it', 'think'],
    ['an end', 'rethink it', 'think'],
    ['a part of an identifier', 'call do_think_now()', 'think'],
    ['a part before an apostrophe', 'I don’t know', 'don'],
    ['a Russian part', 'архитектурный', 'архитектур'],
    ['a Chinese part', '他在图书馆里', '书馆'],
    ['a Thai part', 'ช่วยออกแบบระบบ', 'ออก'],
    ['words apart', 'think very hard', 'think hard'],
    ['nothing', 'anything', ' '],
  ];
  for (const [what, text, phrase] of missing) {
    it(`takes no part of a word for it: ${what}`, () => assert.ok(!holdsPhrase(text, phrase)));
  }
});
