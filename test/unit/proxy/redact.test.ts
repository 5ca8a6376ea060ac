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

  it('removes a short value where it stands alone, and leaves ordinary words alone', () => {
    assert.equal(
      redact('key EMPTY: not EMPTY-handed', ['EMPTY']),
      'key [redacted]: not EMPTY-handed',
    );
    assert.equal(redact('an abc of keys', ['abc']), 'an abc of keys');
  });

  const key = 'gw_0aB/c+d=e"f\\g&h<9z';
  const hex = (char: string) => char.charCodeAt(0).toString(16).padStart(2, '0');
  const forms: Readonly<Record<string, string>> = {
    'in JSON': JSON.stringify({ key }).slice(8, -2),
    'in JSON within JSON': JSON.stringify(JSON.stringify(key)).slice(3, -3),
    'in JSON with every character escaped': key.replace(/./g, (char) => `\\u00${hex(char)}`),
    'percent-encoded': encodeURIComponent(key),
    'percent-encoded in lower case': encodeURIComponent(key).toLowerCase().replace('0ab', '0aB'),
    'percent-encoded twice': encodeURIComponent(encodeURIComponent(key)),
    'percent-encoded in every character': key.replace(/./g, (char) => `%${hex(char)}`),
    'with references of HTML': key
      .replace('&', '&amp;')
      .replace('"', '&quot;')
      .replace('<', '&lt;'),
    'in references by number': key.replace(/./g, (char) => `&#${char.charCodeAt(0)};`),
    'in references by hex number': key.replace(/./g, (char) => `&#x${hex(char)};`),
    'broken over lines': `${key.slice(0, 7)}\r\n  ${key.slice(7)}`,
    'with invisible marks': key.replace(/./g, (char) => `${char}\u200b`),
  };
  for (const [how, form] of Object.entries(forms)) {
    it(`removes a secret ${how}`, () => {
      const left = redact(`it was ${form} that`, [key]);
      assert.match(left, /^it was \[redacted\]\u200b? that$/);
    });
  }

  it('removes a secret in Base64, wherever in the encoded text it stands', () => {
    for (const encoding of ['base64', 'base64url'] as const) {
      for (const before of ['', 'u', 'u:', 'u:p', 'Bearer ']) {
        const text = Buffer.from(`${before}${key}:and more`).toString(encoding);
        const left = redact(text, [key]).split('[redacted]');
        assert.equal(left.length, 2, `${before} ${encoding}`);
        // What is left decodes to what stood around it.
        assert.ok(
          !Buffer.from(left.join(''), encoding).toString('latin1').includes(key.slice(3, 9)),
        );
      }
    }
  });

  it('gets through texts that are made to be searched slowly', () => {
    // A search that goes back over what it has read would not end within the limit of a test.
    for (const part of ['\\', '%25', '&#0', 'gw_0', ' ', '\u200b']) {
      const text = part.repeat(100_000);
      assert.equal(redact(text + key, [key]), `${text}[redacted]`.replace(/\\{4}(?=\[)/, ''));
    }
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
    ['AIzaSyA0123456789abcdefghijkl', '[redacted]'],
    ['BASIC dXNlcjpwYXNz', 'BASIC [redacted]'],
    ['HTTP://me:secret@proxy:3128', 'HTTP://[redacted]@proxy:3128'],
    ['AUTHORIZATION=0123456789abcdef', 'AUTHORIZATION=[redacted]'],
    ['Access-Token: 0123456789abcdef', 'Access-Token: [redacted]'],
    ['APIKEY=0123456789abcdef', 'APIKEY=[redacted]'],
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
