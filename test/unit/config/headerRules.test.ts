import assert from 'node:assert/strict';
import { parseSettings } from '../../../src/config/schema';
import { render } from '../../../src/proxy/phrase';
import { keyMark } from '../../../src/proxy/providerCall';
import { inChinese } from '../../support/inChinese';

type Entry = Readonly<Record<string, unknown>>;

function faultsOf(entry: Entry, id = 'mine'): readonly (readonly [string, string])[] {
  const provider = id === 'mine' ? { baseUrl: 'https://llm.example.com/v1', ...entry } : entry;
  return parseSettings({ 'switchyard.providers': { [id]: provider } }).problems.map(
    ({ path, message }) => {
      inChinese(message);
      return [path.replace('switchyard.providers.', ''), render(message)];
    },
  );
}

describe('the headers of a provider', () => {
  const accepted: readonly Readonly<Record<string, string>>[] = [
    { 'x-team': 'platform' },
    { 'api-key': keyMark },
    { Authorization: `Bearer ${keyMark}` },
    { 'x-api-key': `team:${keyMark}` },
    { 'anthropic-beta': 'context-1m-2026-08-07', 'x-cache-key': 'blue' },
    { 'x-request-tags': 'env=prod;owner=3f0c1a52-2c0b-4a39-9b5d-0a4f5c6d7e8f' },
    { 'x-project': 'my-very-long-project-name-of-the-platform-team-in-the-north' },
  ];
  for (const headers of accepted) {
    it(`may be ${JSON.stringify(headers)}`, () => {
      assert.deepEqual(faultsOf({ headers }), []);
    });
  }

  const keyAdvice = /^A key never stands in the settings: .*“Switchyard: Set API Key”\.$/;
  const breaks = /^Switchyard sets this header itself/;
  const refused: readonly (readonly [name: string, value: string, RegExp])[] = [
    ['x-gateway', 'sk-ant-0123456789abcdef', keyAdvice],
    ['x-gateway', 'Bearer abcdef0123456789', keyAdvice],
    ['x-gateway', `AIza${'x'.repeat(30)}`, keyAdvice],
    ['x-gateway', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', keyAdvice],
    ['x-gateway', `${'0123456789abcdef'.repeat(3)}`, keyAdvice],
    ['x-gateway', `sk-ant-0123456789abcdef ${keyMark}`, keyAdvice],
    ['authorization', 'letmein', keyAdvice],
    ['api-key', '0123', keyAdvice],
    ['X-Access-Token', '0123', keyAdvice],
    ['Ocp-Apim-Subscription-Key', '0123', keyAdvice],
    ['Host', 'elsewhere.example.com', breaks],
    ['content-length', '3', breaks],
    ['Transfer-Encoding', 'chunked', breaks],
    ['connection', 'close', breaks],
    ['accept-encoding', 'gzip', breaks],
    ['Cookie', 'session=1', /^Switchyard sends no logins/],
    ['proxy-authorization', keyMark, /^Switchyard sends no logins/],
    ['x-team', 'a\r\nx-other: b', /^A header value is one line/],
    ['x-team', 'a\nb', /^A header value is one line/],
    ['x-team', '', /^A header value is one line/],
    ['x-team', 'größer', /^A header value is one line/],
    ['x team', 'a', /^A header name has/],
    ['x-team:', 'a', /^A header name has/],
    ['x-team', `\${env:HOME}`, /^Only \$\{credential\} has a meaning/],
  ];
  for (const [name, value, message] of refused) {
    it(`may not be ${JSON.stringify({ [name]: value })}`, () => {
      const faults = faultsOf({ headers: { [name]: value } });
      assert.equal(faults.length, 1);
      const [place = '', said = ''] = faults[0] ?? [];
      assert.ok(place.startsWith('mine.headers'), place);
      assert.match(said, message);
      // A fault is logged and shown: it must not repeat what may be a key.
      if (value.length > 8 && !value.includes('$')) assert.ok(!said.includes(value));
    });
  }

  it('have each name once', () => {
    const faults = faultsOf({ headers: { 'x-team': 'a', 'X-Team': 'b' } });
    assert.deepEqual(faults, [['mine.headers.X-Team', 'This header is given twice.']]);
  });

  for (const [id, entry] of [
    ['mine', { credential: 'none', headers: { 'api-key': keyMark } }],
    ['ollama', { headers: { 'api-key': keyMark } }],
  ] as const) {
    it(`want no key of a provider that takes none: ${id}`, () => {
      const [[place, said] = []] = faultsOf(entry, id);
      assert.equal(place, `${id}.headers`);
      assert.match(said ?? '', /takes no key .*“credential”/);
    });
  }
});

describe('the query of a provider', () => {
  it('may name a version or a region', () => {
    assert.deepEqual(faultsOf({ query: { 'api-version': '2024-10-21', region: 'eu' } }), []);
  });

  for (const [name, value] of [
    ['key', 'abc'],
    ['api_key', 'abc'],
    ['access-token', 'abc'],
    ['sig', 'abc'],
    ['tag', keyMark],
    ['tag', 'sk-0123456789abcdef'],
  ] as const) {
    it(`may hold no key: ${name}=${value}`, () => {
      const [[place, said] = []] = faultsOf({ query: { [name]: value } });
      assert.equal(place, `mine.query.${name}`);
      assert.match(said ?? '', /^No key travels in a URL/);
    });
  }

  it('may have no line breaks, and needs names', () => {
    assert.match(faultsOf({ query: { tag: 'a\nb' } })[0]?.[1] ?? '', /no line breaks/);
    assert.match(faultsOf({ query: { '': 'a' } })[0]?.[1] ?? '', /has a name/);
  });
});

describe('the key slots of a provider', () => {
  it('may be one, none, or several', () => {
    for (const credential of ['work', 'none', ['home'], ['home', 'work']]) {
      assert.deepEqual(faultsOf({ credential }), [], JSON.stringify(credential));
    }
  });

  for (const [credential, message] of [
    [[], /^Expected at least one key slot/],
    [['home', 'home'], /^A key slot is named twice\.$/],
    [['none', 'home'], /^In a list, “none” has no meaning/],
    [['a slot'], /^A key slot has letters/],
    ['a slot', /^A key slot has letters/],
    [7, /^Expected the name of a key slot, or a list of up to 8 of them\.$/],
    [[...'123456789'], /^Expected the name of a key slot, or a list of up to 8 of them\.$/],
  ] as const) {
    it(`may not be ${JSON.stringify(credential)}`, () => {
      const [[place, said] = []] = faultsOf({ credential });
      assert.ok(place?.startsWith('mine.credential'));
      assert.match(said ?? '', message);
    });
  }
});
