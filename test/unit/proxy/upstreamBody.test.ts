import assert from 'node:assert/strict';
import { createUpstreamBody, type UpstreamBody } from '../../../src/proxy/upstreamBody';

describe('the body of an upstream’s answer', () => {
  let told: string[];
  let body: UpstreamBody;
  beforeEach(() => {
    told = [];
    body = createUpstreamBody({
      resume: () => told.push('resume'),
      abort: () => told.push('abort'),
      done: () => told.push('done'),
    });
  });

  const push = (text: string) => body.push(Buffer.from(text));

  async function read(): Promise<string> {
    const { done, value } = await body.next();
    return done === true ? '(end)' : Buffer.from(value).toString();
  }

  it('gives whoever waits all that comes at one time, in one piece', async () => {
    const reading = read();
    push('a');
    push('b');
    push('c');
    assert.equal(await reading, 'abc');
    push('d');
    assert.equal(await read(), 'd');
    body.end();
    assert.deepEqual([await read(), await read()], ['(end)', '(end)']);
    assert.deepEqual(told, ['done']);
  });

  it('lets the connection wait from 16 kB on, until they are read', async () => {
    const kilobyte = 'x'.repeat(1024);
    for (let count = 1; count < 16; count += 1) assert.equal(push(kilobyte), true);
    assert.equal(push(kilobyte), false);
    assert.deepEqual(told, []);
    assert.equal((await read()).length, 16 * 1024);
    assert.deepEqual(told, ['resume']);
    assert.equal(push(kilobyte), true);
    await read();
    assert.deepEqual(told, ['resume']);
  });

  it('resumes when it is read, and gives what comes at once with the rest', async () => {
    const large = 'x'.repeat(20_000);
    const rest = [large, 'end'];
    const resumed: UpstreamBody = createUpstreamBody({
      resume: () => void resumed.push(Buffer.from(rest.shift() ?? '')),
      abort: () => undefined,
      done: () => undefined,
    });
    resumed.push(Buffer.from(large));
    const first = await resumed.next();
    assert.equal(first.value?.length, 2 * large.length);
    assert.equal(rest.length, 1);
    const second = await resumed.next();
    assert.equal(Buffer.from(second.value ?? '').toString(), 'end');
  });

  it('breaks off behind what came before', async () => {
    push('a');
    body.breakOff(new Error('reset'));
    assert.equal(await read(), 'a');
    await assert.rejects(read(), /reset/);
    assert.deepEqual(told, ['done']);
  });

  it('tells whoever waits that it broke off', async () => {
    const reading = read();
    body.breakOff(new Error('reset'));
    await assert.rejects(reading, /reset/);
  });

  it('does not ask an ended connection to go on', async () => {
    push('x'.repeat(20_000));
    body.end();
    await read();
    assert.equal(await read(), '(end)');
    assert.deepEqual(told, ['done']);
  });

  it('lets the connection go once when it is destroyed, and drops the rest', async () => {
    push('a');
    body.destroy();
    body.destroy();
    assert.equal(push('b'), true);
    body.breakOff(new Error('too late to matter'));
    await assert.rejects(read(), /let go/);
    assert.deepEqual(told, ['done', 'abort']);
  });

  it('fails a read that waits when it is destroyed', async () => {
    const reading = read();
    body.destroy();
    await assert.rejects(reading, /let go/);
  });

  it('has nothing to let go of once its end was read', async () => {
    body.end();
    await read();
    body.destroy();
    assert.deepEqual(told, ['done']);
  });

  it('lets the connection go when a loop over it stops early', async () => {
    push('a');
    for await (const chunk of body) {
      assert.equal(chunk.length, 1);
      break;
    }
    assert.deepEqual(told, ['done', 'abort']);
  });
});
