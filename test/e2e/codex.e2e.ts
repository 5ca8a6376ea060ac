// The real Codex CLI, through the built standalone proxy to an upstream that a test scripts.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { codexProfile } from '../../src/ui/codexProfile';
import {
  AGENT_INSTALL_LIMIT_MS,
  type AgentBench,
  SCRIPTED_KEY,
  startAgentBench,
} from '../support/agentBench';
import { anthropicStream, anthropicText } from '../support/anthropicAnswers';
import { runCodex } from '../support/codex';
import { installCodex } from '../support/installCodex';
import { openaiChatStream, openaiChatText } from '../support/openaiChatAnswers';
import type { RunResult } from '../support/processes';
import type { TestWireFormat } from '../support/scriptedSettings';
import { type Answer, type ScriptedUpstream, valueAt } from '../support/scriptedUpstream';
import type { Standalone } from '../support/standalone';

interface Dialect {
  readonly wireFormat: TestWireFormat;
  readonly text: (text: string) => Answer;
  readonly callTool: (call: ToolCall) => Answer;
  readonly badKey: Answer;
}

interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

const DIALECTS: readonly Dialect[] = [
  {
    wireFormat: 'anthropic-messages',
    text: (text) => anthropicText(text),
    callTool: (call) => anthropicStream([{ type: 'tool_use', ...call }]),
    badKey: {
      status: 401,
      body: {
        type: 'error',
        error: { type: 'authentication_error', message: 'invalid x-api-key' },
      },
    },
  },
  {
    wireFormat: 'openai-chat',
    text: (text) => openaiChatText(text),
    callTool: (call) => openaiChatStream({ toolCalls: [call] }),
    badKey: {
      status: 401,
      body: { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } },
    },
  },
];

for (const dialect of DIALECTS) {
  describe(`the real codex over ${dialect.wireFormat}`, () => {
    let bench: AgentBench;
    let upstream: ScriptedUpstream;
    let proxy: Standalone;
    let folder: string;

    before(async function () {
      this.timeout(AGENT_INSTALL_LIMIT_MS);
      await installCodex();
    });

    beforeEach(async () => {
      bench = await startAgentBench(dialect.wireFormat);
      ({ upstream, proxy, folder } = bench);
    });

    afterEach(() => bench.close());

    const ask = (prompt: string, model?: string) =>
      runCodex({
        baseUrl: proxy.url,
        token: proxy.token,
        cwd: folder,
        prompt,
        ...(model === undefined ? {} : { model }),
      });

    it('answers with the upstream’s text', async () => {
      upstream.answer(dialect.text('The answer is plum, and that is all.'));
      const result = await ask('What is the answer?');
      assert.equal(result.stdout.trim(), 'The answer is plum, and that is all.', explain(result));
      assert.equal(result.code, 0);
      assert.equal(upstream.requests.length, 1);
      const [request] = upstream.requests;
      assert.equal(valueAt(request?.body, 'model'), 'first');
      assert.match(request?.text ?? '', /What is the answer\?/);
    });

    it('runs its own tool, edits a file and answers from what the tool printed', async () => {
      const file = path.join(folder, 'note.txt');
      writeFileSync(file, 'The secret fruit is a quince.\n');
      const cmd = 'sed -i s/quince/medlar/ note.txt && cat note.txt';
      const call = { id: 'toolu_01scripted', name: 'exec_command', input: { cmd } };
      upstream.answer(dialect.callTool(call), (request) => {
        const fruit = /secret fruit is a (\w+)/.exec(request.text)?.[1];
        return dialect.text(`Now it is a ${fruit}.`);
      });
      const result = await ask('Change the fruit in note.txt.');
      assert.equal(result.stdout.trim(), 'Now it is a medlar.', explain(result));
      assert.equal(result.code, 0);
      assert.equal(readFileSync(file, 'utf8'), 'The secret fruit is a medlar.\n');
      assert.equal(upstream.requests.length, 2);
      assert.match(upstream.requests[1]?.text ?? '', /toolu_01scripted/);
    });

    it('runs a free-text tool of a namespace', async () => {
      writeFileSync(path.join(folder, 'note.txt'), 'The secret fruit is a quince.\n');
      const script = 'text((await tools.exec_command({ cmd: "cat note.txt" })).output)';
      const call = { id: 'toolu_01scripted', name: 'functions__exec', input: { input: script } };
      upstream.answer(dialect.callTool(call), (request) => {
        const fruit = /secret fruit is a (\w+)/.exec(request.text)?.[1];
        return dialect.text(`The file names a ${fruit}.`);
      });
      // Codex gives such tools to models that it knows only.
      const result = await ask('Which fruit does note.txt name?', 'gpt-6.1-sol');
      assert.equal(result.stdout.trim(), 'The file names a quince.', explain(result));
      assert.equal(result.code, 0);
      assert.equal(upstream.requests.length, 2);
    });

    it('works with the profile that Set Up Codex writes', async () => {
      upstream.answer(dialect.text('By profile.'));
      const { url: baseUrl, token } = proxy;
      const profile = codexProfile(Number(new URL(baseUrl).port), 150_000);
      const result = await runCodex({ baseUrl, token, cwd: folder, prompt: 'Hello?', profile });
      assert.equal(result.stdout.trim(), 'By profile.', explain(result));
      assert.equal(result.code, 0);
      assert.equal(upstream.requests.length, 1);
    });

    it('tries once only with that profile, when every model is busy', async () => {
      upstream.answerAlways({ status: 503, body: { error: { message: 'busy' } } });
      const { url: baseUrl, token } = proxy;
      const profile = codexProfile(Number(new URL(baseUrl).port), undefined);
      const result = await runCodex({ baseUrl, token, cwd: folder, prompt: 'Hello?', profile });
      assert.equal(result.code, 1, explain(result));
      assert.equal(upstream.requests.length, 3);
      assert.match(result.stderr, /is overloaded and did not answer/);
      assert.doesNotMatch(result.stderr, /Reconnecting/);
    });

    it('goes on to the next model when the first is overloaded', async () => {
      upstream.answer({ status: 503, body: { error: { message: 'busy', type: 'server_error' } } });
      upstream.answer(dialect.text('Second to none.'));
      const result = await ask('Anybody there?');
      assert.equal(result.stdout.trim(), 'Second to none.', explain(result));
      assert.deepEqual(
        upstream.requests.map((request) => valueAt(request.body, 'model')),
        ['first', 'second'],
      );
    });

    it('stops dead on a bad key, with one upstream call, and with none the next time', async () => {
      upstream.answerAlways(dialect.badKey);
      const first = await ask('What is the answer?');
      assert.equal(first.code, 1, explain(first));
      assert.match(first.stderr, /rejected the API key/);
      assert.match(first.stderr, /Switchyard: Set API Key/);
      assert.doesNotMatch(first.stderr, /Reconnecting/);
      // Three models in the chain, five retries in the agent: one call all the same.
      assert.equal(upstream.requests.length, 1);

      const second = await ask('And now?');
      assert.equal(second.code, 1, explain(second));
      assert.match(second.stderr, /rejected the API key/);
      assert.equal(upstream.requests.length, 1);
      assert.doesNotMatch(proxy.log(), new RegExp(SCRIPTED_KEY));
    });

    function explain(result: RunResult): string {
      const asked = upstream.requests.map((request) => `${request.method} ${request.path}`);
      return [
        `codex ended with ${result.code}`,
        result.stdout,
        result.stderr,
        `upstream calls: ${asked.join(', ')}`,
        proxy.log(),
      ].join('\n');
    }
  });
}
