import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReply, type Reply } from '../../../src/proxy/reply';
import { errorBody } from '../../../src/proxy/wire/anthropic';

describe('a reply', () => {
  async function answeredBy(answer: (reply: Reply) => void | Promise<void>): Promise<Response> {
    const server = createServer(
      (_request, response) => void answer(createReply(response, 'req_1', errorBody)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    try {
      const response = await fetch(`http://127.0.0.1:${port}`);
      const text = await response.text();
      return new Response(text, response);
    } finally {
      server.close();
    }
  }

  it('is committed at most once: a second head throws and changes nothing', async () => {
    const thrown: unknown[] = [];
    const response = await answeredBy(async (reply) => {
      reply.startStream();
      for (const again of [() => reply.startStream(), () => reply.json(500, '{}')]) {
        try {
          again();
        } catch (error) {
          thrown.push(error);
        }
      }
      await reply.write('data: 1\n\n');
      reply.end();
    });
    assert.equal(thrown.length, 2);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), 'data: 1\n\n');
  });

  it('does nothing after its end', async () => {
    const response = await answeredBy(async (reply) => {
      reply.json(200, '{"a":1}');
      reply.json(500, '{}');
      await reply.write('late');
      reply.end();
    });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '{"a":1}');
  });

  it('tells clients not to retry an error, unless it is given other headers', async () => {
    const final = await answeredBy((reply) => reply.error(424, 'api_error', 'no'));
    assert.equal(final.headers.get('x-should-retry'), 'false');
    const passing = await answeredBy((reply) => reply.error(503, 'api_error', 'no', {}));
    assert.equal(passing.headers.get('x-should-retry'), null);
  });
});
