// Real agents that speak Chat Completions, through the built standalone proxy to an upstream that a test scripts.
import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { anthropicStream, anthropicText } from '../support/anthropicAnswers';
import { type ChatAgent, opencodeAgent, qwenCodeAgent } from '../support/chatAgents';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { openaiChatStream, openaiChatText } from '../support/openaiChatAnswers';
import type { RunResult } from '../support/processes';
import { settingsFor, type TestWireFormat } from '../support/scriptedSettings';
import {
  type Answer,
  type RecordedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../support/scriptedUpstream';
import { type Standalone, startStandalone } from '../support/standalone';

/** What differs between two upstreams. */
interface Dialect {
  readonly wireFormat: TestWireFormat;
  readonly text: (text: string) => Answer;
  readonly callTool: (call: {
    readonly id: string;
    readonly name: string;
    readonly input: unknown;
  }) => Answer;
}

const DIALECTS: readonly Dialect[] = [
  {
    wireFormat: 'openai-chat',
    text: (text) => openaiChatText(text),
    callTool: (call) => openaiChatStream({ toolCalls: [call] }),
  },
  {
    wireFormat: 'anthropic-messages',
    text: (text) => anthropicText(text),
    callTool: (call) => anthropicStream([{ type: 'tool_use', ...call }]),
  },
];

const KEY = 'test-key-1234567890';

for (const agent of [opencodeAgent, qwenCodeAgent]) {
  describe(`the real ${agent.name} over Chat Completions`, function () {
    this.timeout(90_000);
    let folder: string;
    let setup: Setup;

    before(async function () {
      // The agent is fetched on the first run of all.
      this.timeout(10 * 60_000);
      await agent.install();
    });
    beforeEach(() => {
      folder = makeTemporaryFolder('work');
    });
    afterEach(async () => {
      await setup.close();
      await removeFolder(folder);
    });

    for (const dialect of DIALECTS) {
      it(`prints the text of an upstream that speaks ${dialect.wireFormat}`, async () => {
        setup = await start(agent, dialect);
        setup.answerConversation(() => dialect.text('The answer is plum, and that is all.'));
        const result = await ask('What is the answer?');
        assert.match(result.stdout, /The answer is plum, and that is all\./, explain(result));
        assert.equal(result.code, 0, explain(result));
        assert.equal(setup.conversation().length, 1);
      });

      it(`reads and edits a file with its own tools at a model that speaks ${dialect.wireFormat}`, async () => {
        setup = await start(agent, dialect);
        const file = path.join(folder, 'note.txt');
        writeFileSync(file, 'The secret fruit is a quince.\n');
        const calls = [agent.readCall(file), agent.editCall(file, 'quince', 'medlar')];
        setup.answerConversation(() => {
          const index = setup.conversation().length - 1;
          const call = calls[index];
          return call === undefined
            ? dialect.text('It is a medlar now.')
            : dialect.callTool({ id: `call_0${index}`, ...call });
        });
        const result = await ask('Change the fruit in note.txt.');
        assert.match(result.stdout, /It is a medlar now\./, explain(result));
        assert.equal(result.code, 0, explain(result));
        assert.equal(readFileSync(file, 'utf8'), 'The secret fruit is a medlar.\n');
        const [, second, third] = setup.conversation();
        assert.match(second?.text ?? '', /fruit is a quince/);
        assert.match(third?.text ?? '', /call_00.*call_01/);
        assert.equal(setup.conversation().length, 3, explain(result));
      });
    }

    it('stops dead on a bad key, with one upstream call and our sentence', async () => {
      setup = await start(agent, DIALECTS[0]);
      setup.upstream.answerAlways({
        status: 401,
        body: { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } },
      });
      const result = await ask('What is the answer?');
      assert.match(result.stdout + result.stderr, /rejected the API key/, explain(result));
      assert.match(result.stdout + result.stderr, /Switchyard: Set API Key/);
      // Even what it asks beside the conversation.
      assert.equal(setup.upstream.requests.length, 1, explain(result));
      assert.ok(result.durationMs < 30_000, `took ${result.durationMs} ms: it retried`);
    });

    it('stops dead on the limit of a plan, with our sentence', async () => {
      setup = await start(agent, DIALECTS[0]);
      const message = 'Weekly usage limit reached. Or use your available balance.';
      setup.upstream.answerAlways({ status: 429, body: { error: { message } } });
      const result = await ask('What is the answer?');
      assert.match(result.stdout + result.stderr, /limit of .* is reached\./, explain(result));
      assert.ok(result.durationMs < 30_000, `took ${result.durationMs} ms: it retried`);
      assert.equal(setup.upstream.requests.length, 1, explain(result));
    });

    const ask = (prompt: string): Promise<RunResult> =>
      agent.run({ baseUrl: setup.proxy.url, token: setup.proxy.token, prompt, cwd: folder });

    function explain(result: RunResult): string {
      return [
        `${agent.name} ended with ${result.code} after ${result.durationMs} ms`,
        result.stdout,
        result.stderr,
        setup.proxy.log(),
      ].join('\n');
    }
  });
}

interface Setup {
  readonly upstream: ScriptedUpstream;
  readonly proxy: Standalone;
  /** Answers all but what the agent asks beside the conversation. */
  answerConversation(answer: (request: RecordedRequest) => Answer): void;
  conversation(): readonly RecordedRequest[];
  close(): Promise<void>;
}

async function start(agent: ChatAgent, dialect: Dialect | undefined): Promise<Setup> {
  assert.ok(dialect);
  const upstream = await startScriptedUpstream();
  const proxy = await startStandalone({
    keys: { scripted: KEY },
    settings: settingsFor({
      id: 'scripted',
      baseUrl: upstream.url,
      wireFormat: dialect.wireFormat,
      models: ['first', 'second'],
    }),
  });
  return {
    upstream,
    proxy,
    answerConversation(answer) {
      upstream.answerAlways((request) =>
        agent.isSideRequest(request.text) ? dialect.text('Nothing') : answer(request),
      );
    },
    conversation: () => upstream.requests.filter((request) => !agent.isSideRequest(request.text)),
    async close() {
      await proxy.stop();
      await upstream.close();
    },
  };
}
