import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { mock } from 'node:test';
import { KeyStore } from '../../src/keys/keyStore';
import { createTokenCheck } from '../../src/proxy/guards';

const accessToken = crypto.randomBytes(32).toString('base64url');
const checkAccessToken = createTokenCheck(accessToken);

function isAccepted(token: string): boolean {
  return checkAccessToken({ authorization: `Bearer ${token}` }) === undefined;
}

/** The same token but for one character. */
function wrongAt(index: number): string {
  const other = accessToken[index] === 'A' ? 'B' : 'A';
  return accessToken.slice(0, index) + other + accessToken.slice(index + 1);
}

describe('the comparison of the access token', () => {
  afterEach(() => mock.restoreAll());

  it('is timingSafeEqual over digests of one length, twice, whatever was presented', () => {
    const compare = mock.method(crypto, 'timingSafeEqual');
    const presented = [
      {},
      { authorization: `Bearer ${accessToken}` },
      { 'x-api-key': accessToken },
      { authorization: `Bearer ${accessToken}`, 'x-api-key': 'other' },
      ...['', 'a', wrongAt(0), wrongAt(42), 'x'.repeat(10_000)].map((token) => ({
        authorization: `Bearer ${token}`,
      })),
    ];
    for (const headers of presented) {
      compare.mock.resetCalls();
      checkAccessToken(headers);
      assert.equal(compare.mock.callCount(), 2, JSON.stringify(headers).slice(0, 100));
      for (const { arguments: compared } of compare.mock.calls) {
        for (const side of compared) assert.equal(side.byteLength, 32);
      }
    }
  });

  it('accepts no token where there is none to compare with', () => {
    const checkNone = createTokenCheck('');
    assert.equal(checkNone({ authorization: 'Bearer ' })?.status, 401);
    assert.equal(checkNone({})?.status, 401);
  });

  it('takes about the same time wherever a token is wrong (printed, not judged)', () => {
    const candidates: readonly (readonly [what: string, token: string])[] = [
      ['wrong in the first byte', wrongAt(0)],
      ['wrong in the middle', wrongAt(21)],
      ['wrong in the last byte', wrongAt(42)],
      ['another token', crypto.randomBytes(32).toString('base64url')],
      ['the right one', accessToken],
    ];
    const times = candidates.map((): number[] => []);
    // In turn, so that whatever else the machine does falls on all alike.
    for (let round = 0; round < 20_000; round += 1) {
      for (const [index, [, token]] of candidates.entries()) {
        const startedAt = process.hrtime.bigint();
        isAccepted(token);
        times[index]?.push(Number(process.hrtime.bigint() - startedAt));
      }
    }
    for (const [index, [what, token]] of candidates.entries()) {
      const sorted = (times[index] ?? []).sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
      const spread = `${at(0.25)} to ${at(0.75)} ns`;
      console.log(`      ${what}: median ${at(0.5)} ns, half of all within ${spread}`);
      assert.equal(isAccepted(token), token === accessToken);
    }
  });
});

describe('the access token', () => {
  afterEach(() => mock.restoreAll());

  /** A SecretStorage that keeps nothing. */
  const noSecrets = {
    get: async () => undefined,
    store: async () => undefined,
    delete: async () => undefined,
    keys: async () => [],
    onDidChange: () => ({ dispose: () => undefined }),
  };

  it('is 256 bits of crypto.randomBytes, all of them, and another for each workspace', async () => {
    const random = mock.method(crypto, 'randomBytes');
    const store = new KeyStore(
      noSecrets,
      () => [],
      () => undefined,
    );
    const tokens: string[] = [];
    for (const workspace of ['one', 'two', 'three']) {
      random.mock.resetCalls();
      const token = await store.accessToken(workspace);
      const [call] = random.mock.calls;
      assert.equal(random.mock.callCount(), 1);
      assert.deepEqual(call?.arguments, [32]);
      assert.deepEqual(Buffer.from(token, 'base64url'), call?.result);
      tokens.push(token);
    }
    store.dispose();
    assert.equal(new Set(tokens).size, 3);
  });
});
