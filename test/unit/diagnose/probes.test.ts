import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { listeningInode, startedWith, whoAnswers, whoListens } from '../../../src/diagnose/probes';
import { startTestProxy } from '../../support/testProxy';

describe('the probes of Diagnose', () => {
  const servers: Server[] = [];

  async function serve(body: string): Promise<number> {
    const server = createServer((_request, response) => response.end(body));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('tell our own proxy from another program and from nobody', async () => {
    const proxy = await startTestProxy();
    assert.equal(await whoAnswers(Number(new URL(proxy.url).port)), 'switchyard');
    await proxy.close();
    assert.equal(await whoAnswers(Number(new URL(proxy.url).port)), 'none');
    assert.equal(await whoAnswers(await serve('hello')), 'other');
  });

  it('give up on a program that talks without end', async () => {
    assert.equal(await whoAnswers(await serve('x'.repeat(100_000))), 'other');
  });

  it('name the process that listens, on Linux', async function () {
    if (process.platform !== 'linux') this.skip();
    const port = await serve('hello');
    assert.equal((await whoListens(port))?.processId, process.pid);
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    assert.equal(await whoListens(port), undefined);
  });

  it('take only sockets that listen from the table of the kernel', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 111 1',
      '   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1',
    ].join('\n');
    assert.equal(listeningInode(table, 8080), '222');
    assert.equal(listeningInode(table, 8081), undefined);
  });

  it('read what a process was started with, on Linux', async function () {
    if (process.platform !== 'linux') this.skip();
    assert.equal(await startedWith(process.pid, 'PATH'), process.env['PATH']);
    assert.equal(await startedWith(process.pid, 'SURELY_NOT_SET'), '');
    assert.equal(await startedWith(2 ** 30, 'PATH'), undefined);
  });
});
