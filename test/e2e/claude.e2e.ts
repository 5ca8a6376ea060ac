// The real Claude Code, in print mode, through the built standalone proxy to an upstream that a test scripts.
import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { anthropicStream, anthropicText } from '../support/anthropicAnswers';
import { runClaude } from '../support/claude';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { installClaude } from '../support/installClaude';
import { openaiChatStream, openaiChatText } from '../support/openaiChatAnswers';
import type { RunResult } from '../support/processes';
import { settingsFor, type TestWireFormat } from '../support/scriptedSettings';
import {
  type Answer,
  type RecordedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../support/scriptedUpstream';
import { type Standalone, startStandalone } from '../support/standalone';

/** What differs between the two wire formats, as the upstream speaks and hears them. */
interface Dialect {
  readonly wireFormat: TestWireFormat;
  readonly path: string;
  readonly text: (text: string) => Answer;
  readonly callTool: (call: ToolCall) => Answer;
  /** The text of the tool result that ends the conversation so far. */
  readonly toolResult: (request: RecordedRequest, id: string) => string;
  readonly keyOf: (request: RecordedRequest) => string | string[] | undefined;
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
    path: '/messages',
    text: (text) => anthropicText(text),
    callTool: (call) => anthropicStream([{ type: 'tool_use', ...call }]),
    toolResult: (request, id) => {
      const blocks = entries(valueAt(request.body, 'messages')).flatMap((message) =>
        entries(valueAt(message, 'content')),
      );
      return asText(valueAt(find(blocks, 'tool_use_id', id), 'content'));
    },
    keyOf: (request) => request.headers['x-api-key'],
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
    path: '/chat/completions',
    text: (text) => openaiChatText(text),
    callTool: (call) => openaiChatStream({ toolCalls: [call] }),
    toolResult: (request, id) =>
      asText(
        valueAt(find(entries(valueAt(request.body, 'messages')), 'tool_call_id', id), 'content'),
      ),
    keyOf: (request) => request.headers.authorization?.replace(/^Bearer /, ''),
    badKey: {
      status: 401,
      body: {
        error: {
          message: 'Incorrect API key provided: wrong-key.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      },
    },
  },
];

const KEY = 'test-key-1234567890';

for (const dialect of DIALECTS) {
  describe(`the real claude over ${dialect.wireFormat}`, () => {
    let upstream: ScriptedUpstream;
    let proxy: Standalone;
    let folder: string;

    before(async function () {
      // The agent is fetched on the first run of all.
      this.timeout(10 * 60_000);
      await installClaude();
    });

    beforeEach(async () => {
      folder = makeTemporaryFolder('work');
      upstream = await startScriptedUpstream();
      proxy = await startStandalone({
        keys: { scripted: KEY },
        settings: settingsFor({
          id: 'scripted',
          baseUrl: upstream.url,
          wireFormat: dialect.wireFormat,
          models: ['first', 'second', 'third'],
        }),
      });
    });

    afterEach(async () => {
      await proxy.stop();
      await upstream.close();
      await removeFolder(folder);
    });

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
        [dialect.path],
      );
      const [request] = upstream.requests;
      assert.equal(valueAt(request?.body, 'model'), 'first');
      assert.equal(valueAt(request?.body, 'stream'), true);
      assert.equal(request === undefined ? undefined : dialect.keyOf(request), KEY);
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
      assert.doesNotMatch(proxy.log(), new RegExp(KEY));
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

function entries(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function find(items: readonly unknown[], key: string, value: string): unknown {
  return items.find((item) => valueAt(item, key) === value);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
