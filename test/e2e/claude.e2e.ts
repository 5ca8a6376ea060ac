// The real Claude Code, in print mode, through the built standalone proxy to an upstream that a test scripts.

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  AGENT_INSTALL_LIMIT_MS,
  type AgentBench,
  SCRIPTED_KEY,
  startAgentBench,
} from '../support/agentBench';
import { runClaude } from '../support/claude';
import { CLAUDE_DIALECTS } from '../support/claudeDialects';
import { installClaude } from '../support/installClaude';
import type { RunResult } from '../support/processes';
import type { ScriptedUpstream } from '../support/scriptedUpstream';
import type { Standalone } from '../support/standalone';

for (const dialect of CLAUDE_DIALECTS) {
  describe(`the real claude over ${dialect.wireFormat}`, () => {
    let bench: AgentBench;
    let upstream: ScriptedUpstream;
    let proxy: Standalone;
    let folder: string;

    before(async function () {
      this.timeout(AGENT_INSTALL_LIMIT_MS);
      await installClaude();
    });

    beforeEach(async () => {
      bench = await startAgentBench(dialect.wireFormat);
      ({ upstream, proxy, folder } = bench);
    });

    afterEach(() => bench.close());

    const ask = (
      prompt: string,
      options: { readonly maxRetries?: number } = { maxRetries: 1 },
    ): Promise<RunResult> =>
      runClaude({ baseUrl: proxy.url, token: proxy.token, prompt, cwd: folder, ...options });

    it('prints the text that the upstream answers', async () => {
      upstream.answer(dialect.text('The answer is plum, and that is all.'));
      const result = await ask('What is the answer?');
      assert.equal(result.stdout.trim(), 'The answer is plum, and that is all.', explain(result));
      assert.equal(result.code, 0);
      assert.deepEqual(
        upstream.requests.map((request) => request.path),
        [dialect.pathFor('first')],
      );
      const [request] = upstream.requests;
      assert.ok(request);
      assert.equal(dialect.modelOf(request), 'first');
      assert.equal(request.headers.accept, 'text/event-stream');
      assert.equal(dialect.keyOf(request), SCRIPTED_KEY);
    });

    it('reads a file with its own tool and answers from what it read', async () => {
      const file = path.join(folder, 'note.txt');
      writeFileSync(file, 'The secret fruit is a quince.\n');
      const call = { id: 'toolu_01scripted', name: 'Read', input: { file_path: file } };
      upstream.answer(dialect.callTool(call), (request) => {
        const fruit = /fruit is a (\w+)/.exec(dialect.toolResult(request, call.id))?.[1];
        return dialect.text(`The file names a ${fruit}.`);
      });
      const result = await ask('Which fruit does note.txt name?');
      assert.equal(result.stdout.trim(), 'The file names a quince.', explain(result));
      assert.equal(result.code, 0);
      assert.equal(upstream.requests.length, 2);
    });

    const { sealed } = dialect;
    if (sealed !== undefined) {
      it('gives what the model sealed with its call back as it was', async () => {
        const file = path.join(folder, 'note.txt');
        writeFileSync(file, 'The secret fruit is a medlar.\n');
        upstream.answer(
          sealed.call({ id: 'toolu_01scripted', name: 'Read', input: { file_path: file } }),
          dialect.text('A medlar.'),
        );
        const result = await ask('Which fruit does note.txt name?');
        assert.equal(result.stdout.trim(), 'A medlar.', explain(result));
        const [, second] = upstream.requests;
        assert.ok(second);
        assert.deepEqual(sealed.returned(second), sealed.expected, second.text.slice(-2_000));
      });
    }

    it('goes on to the next model when the first is overloaded', async () => {
      upstream.answer({ status: 503, body: { error: { message: 'busy', type: 'server_error' } } });
      upstream.answer(dialect.text('Second to none.'));
      const result = await ask('Anybody there?');
      assert.equal(result.stdout.trim(), 'Second to none.', explain(result));
      assert.deepEqual(upstream.requests.map(dialect.modelOf), ['first', 'second']);
    });

    it('stops dead on a bad key, with one upstream call, and with none the next time', async () => {
      upstream.answerAlways(dialect.badKey);
      const first = await ask('What is the answer?', {});
      assert.equal(first.code, 1, explain(first));
      assert.match(first.stdout, /rejected the API key/);
      assert.match(first.stdout, /Switchyard: Set API Key/);
      assert.doesNotMatch(first.stdout + first.stderr, /\/login/);
      // Three models in the chain, ten retries in the agent: one call all the same.
      assert.equal(upstream.requests.length, 1);
      assert.ok(first.durationMs < 20_000, `took ${first.durationMs} ms: it retried`);

      const second = await ask('And now?', {});
      assert.equal(second.code, 1, explain(second));
      assert.match(second.stdout, /rejected the API key/);
      assert.equal(upstream.requests.length, 1);
      assert.doesNotMatch(proxy.log(), new RegExp(SCRIPTED_KEY));
    });

    function explain(result: RunResult): string {
      const asked = upstream.requests.map((request) => `${request.method} ${request.path}`);
      return [
        `claude ended with ${result.code}`,
        result.stdout,
        result.stderr,
        `upstream calls: ${asked.join(', ')}`,
        proxy.log(),
      ].join('\n');
    }
  });
}
