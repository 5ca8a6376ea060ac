// The 62 known pitfalls of translation between wire formats, by their numbers in the notes on wire formats. `every*.test.ts`
// run over all four formats of upstreams, the others over the one that they are named after. Where a number has no test for a
// format, this list says why; the guard below reads it.
//
// anthropic-messages 27: every block has an index by the format's own rule; a piece without one is refused (pitfall 30)
// anthropic-messages 35: snapshots and tags in the text are habits of Chat Completions hosts
// anthropic-messages 41: the client's own format, whose results the client has already put in their place
// anthropic-messages 42: the client's own format; what it interrupted, it has completed itself
// anthropic-messages 49: thought signatures are Gemini's
// anthropic-messages 55: the format takes any JSON Schema
// anthropic-messages 60: the format knows no `reasoning_effort`
// openai-chat 49: thought signatures are Gemini's
// openai-chat 50: another format than the client's is written anew
// openai-responses 45: reasoning comes back sealed, or not at all
// openai-responses 49: thought signatures are Gemini's
// openai-responses 50: another format than the client's is written anew
// gemini 27: calls have no index
// gemini 28: calls have no index
// gemini 45: thoughts come back as signatures (pitfall 49)
// gemini 50: another format than the client's is written anew
// gemini 60: the format has no effort beside the thinking level, which goes with tools
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { wireFormats } from '../../../../src/proxy/types';

const last = 62;
const textOf = (file: string) => readFileSync(join(__dirname, file), 'utf8');

/** The file of a format's own tests: `openai-chat` → `openaiChat.test.ts`. */
function ownFile(format: string): string {
  return `${format.replace(/-./g, (letter) => letter.slice(1).toUpperCase())}.test.ts`;
}

/** The numbers in the titles of these files. */
function testedIn(files: readonly string[]): ReadonlySet<number> {
  const titles = files.flatMap((file) => textOf(file).match(/'pitfall \d+.*?:/g) ?? []);
  const numbers = titles.flatMap((title) => title.match(/pitfall \d+/g) ?? []);
  return new Set(numbers.map((number) => Number(number.slice('pitfall '.length))));
}

describe('the list of pitfalls', () => {
  const forAll = readdirSync(__dirname).filter((file) => /^every.*\.test\.ts$/.test(file));

  for (const format of wireFormats) {
    it(`has a test or a reason for every number and ${format}`, () => {
      const tested = testedIn([...forAll, ownFile(format)]);
      const excepted = new Set(
        [...textOf('pitfalls.test.ts').matchAll(/^\/\/ ([\w-]+) (\d+): \w/gm)]
          .filter(([, name]) => name === format)
          .map(([, , number]) => Number(number)),
      );
      const all = Array.from({ length: last }, (_, index) => index + 1);
      assert.deepEqual(
        all.filter((number) => tested.has(number) === excepted.has(number)),
        [],
      );
    });
  }
});
