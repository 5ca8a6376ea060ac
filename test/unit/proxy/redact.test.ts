import assert from 'node:assert/strict';
import { cleanForPerson, createRedactor, redact } from '../../../src/proxy/redact';

describe('redact', () => {
  it('removes the known secrets by value, wherever they stand', () => {
    const secrets = ['plain-secret-value', 'plain-secret-value-longer'];
    const text = 'a plain-secret-value-longer, "plain-secret-value"!';
    assert.equal(createRedactor(() => secrets)(text), 'a [redacted], "[redacted]"!');
  });

  it('asks for the secrets anew on each call', () => {
    const secrets: string[] = [];
    const redactText = createRedactor(() => secrets);
    assert.equal(redactText('word-of-mouth'), 'word-of-mouth');
    secrets.push('word-of-mouth');
    assert.equal(redactText('word-of-mouth'), '[redacted]');
  });

  it('leaves short values alone, which are ordinary words', () => {
    assert.equal(redact('none of this', ['none']), 'none of this');
  });

  const patterns: readonly (readonly [string, string])[] = [
    [
      'Incorrect API key provided: sk-abc***********xyz9.',
      'Incorrect API key provided: [redacted]',
    ],
    ['key oc_sk_0123456789abcdef here', 'key [redacted] here'],
    ['sk-ant-api03-AbC_dEf-123456', '[redacted]'],
    ['Authorization: Bearer abcdef.ghijkl-mnop', 'Authorization: Bearer [redacted]'],
    ['x-api-key: 0123456789abcdef', 'x-api-key: [redacted]'],
    ['{"x-api-key":"0123456789abcdef"}', '{"x-api-key":"[redacted]"}'],
    ['x-goog-api-key=AIzaSyA0123456789abcdefghijkl', 'x-goog-api-key=[redacted]'],
    ['{"apiKey": "0123456789abcdef"}', '{"apiKey": "[redacted]"}'],
  ];
  for (const [text, expected] of patterns) {
    it(`removes what looks like a key from ${text.slice(0, 24)}`, () => {
      assert.equal(redact(text), expected);
    });
  }

  it('keeps ordinary words that resemble keys', () => {
    const text = 'task-oriented sk-1 bearer of news; the api key was rejected';
    assert.equal(redact(text), text);
  });
});

describe('cleanForPerson', () => {
  it('strips ANSI sequences, control characters and marks that hide text', () => {
    const text =
      '\u001b[31mred\u001b[0m \u001b]0;title\u0007ring\u0000\u0007 \u202eback\u200b\r\n next';
    assert.equal(cleanForPerson(text, 100), 'red ring back next');
  });

  it('joins what invisible marks keep apart, so that nothing is hidden by them', () => {
    const text = 'sk-\u200b0123\u00ad45\u000067\u2060 89\ud800';
    assert.equal(cleanForPerson(text, 100), 'sk-01234567 89');
  });

  it('cuts to the length asked for, the ellipsis included and no character halved', () => {
    assert.equal(cleanForPerson('abcdef', 4), 'abc…');
    assert.equal(cleanForPerson('ab😀cd', 4), 'ab…');
    assert.equal(cleanForPerson('abcd', 4), 'abcd');
  });
});
