import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { readListenError } from '../../../src/proxy/listenError';
import { render } from '../../../src/proxy/phrase';

/** What Node tells when a server cannot listen there. */
function refusal(host: string, port: number): Promise<Error> {
  return new Promise((resolve) => createServer().once('error', resolve).listen(port, host));
}

describe('readListenError', () => {
  it('tells what Node tells, in words that can be translated', async () => {
    // An address of nobody (RFC 5737).
    const error = await refusal('192.0.2.1', 4141);
    const { code, message } = readListenError(error);
    assert.equal(code, 'EADDRNOTAVAIL');
    assert.equal(render(message), error.message);
    assert.ok(typeof message === 'object');
    assert.equal(
      render(message, (template, ...values) => [template, ...values].join('|')),
      'listen {0}: {1} {2}|EADDRNOTAVAIL|address not available|192.0.2.1:4141',
    );
  });

  it('leaves any other words as they are', () => {
    const odd = Object.assign(new Error('listen EODD: something else 127.0.0.1:1'), {
      code: 'EODD',
    });
    assert.deepEqual(readListenError(odd), { code: 'EODD', message: odd.message });
    assert.deepEqual(readListenError('no'), { code: 'UNKNOWN', message: 'no' });
    assert.deepEqual(readListenError(new Error('no')), { code: 'UNKNOWN', message: 'no' });
  });
});
