// Sessions of the real Claude Code in which something breaks on the way, and the work is done all the same, once.
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  anthropicMessage,
  anthropicSse,
  anthropicStream,
  anthropicText,
} from '../support/anthropicAnswers';
import { runClaude } from '../support/claude';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { installClaude } from '../support/installClaude';
import {
  openaiChatCompletion,
  openaiChatSse,
  openaiChatStream,
  openaiChatText,
} from '../support/openaiChatAnswers';
import {
  type Answer,
  type AnswerFunction,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../support/testProxy';

const firstKey = 'first-key-0123456789';
const secondKey = 'second-key-0123456789';

interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

/** How each wire format says the same things. */
const dialects = {
  'anthropic-messages': {
    text: (text: string) => anthropicText(text),
    call: (call: Call) => anthropicStream([{ type: 'tool_use', ...call }]),
    wholeCall: (call: Call) => anthropicMessage([{ type: 'tool_use', ...call }]),
    // Cut in the middle of the tool's input.
    cutCall: (call: Call) => anthropicSse([{ type: 'tool_use', ...call }]).slice(0, 3),
  },
  'openai-chat': {
    text: (text: string) => openaiChatText(text),
    call: (call: Call) => openaiChatStream({ toolCalls: [call] }),
    wholeCall: (call: Call) => openaiChatCompletion({ toolCalls: [call] }),
    cutCall: (call: Call) => openaiChatSse({ toolCalls: [call] }).slice(0, 3),
  },
} as const;

for (const wireFormat of ['anthropic-messages', 'openai-chat'] as const) {
  const dialect = dialects[wireFormat];

  describe(`a session of the real claude over ${wireFormat}`, () => {
    let upstream: ScriptedUpstream;
    let proxy: TestProxy;
    let folder: string;
    let call: Call;

    before(async function () {
      this.timeout(10 * 60_000);
      await installClaude();
    });
    beforeEach(async () => {
      folder = makeTemporaryFolder('survives');
      upstream = await startScriptedUpstream();
      const { url } = upstream;
      proxy = await startTestProxy({
        keys: { up: firstKey },
        settings: {
          providers: { up: { baseUrl: url, wireFormat, credential: 'up' } },
          scenarios: { default: { models: ['up/first', 'up/second'] } },
        },
      });
      const command = `echo ran >> ${path.join(folder, 'runs.txt')}`;
      call = { id: 'toolu_01once', name: 'Bash', input: { command, description: 'Count a run' } };
    });
    afterEach(async () => {
      await proxy.close();
      await upstream.close();
      await removeFolder(folder);
    });

    async function work(): Promise<string> {
      const result = await runClaude({
        baseUrl: proxy.url,
        token: testToken,
        prompt: 'Run the command once, then say what you did.',
        cwd: folder,
        maxRetries: 2,
      });
      assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}\n${proxy.logs.join('\n')}`);
      return result.stdout.trim();
    }

    function runs(): number {
      const file = path.join(folder, 'runs.txt');
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
    }

    it('survives an upstream that dies in the middle of a tool call, and runs the tool once', async () => {
      const whole: AnswerFunction = (request): Answer =>
        valueAt(request.body, 'stream') === true ? dialect.call(call) : dialect.wholeCall(call);
      upstream.answer({ sse: dialect.cutCall(call), thenReset: true }, whole);
      upstream.answerAlways(dialect.text('Done, exactly once.'));
      assert.equal(await work(), 'Done, exactly once.');
      assert.equal(runs(), 1);
    });

    it('survives a first model that is overloaded in the middle of the session', async () => {
      upstream.answer(dialect.call(call), { status: 529, body: {} });
      upstream.answerAlways(dialect.text('Done by the second.'));
      assert.equal(await work(), 'Done by the second.');
      assert.equal(runs(), 1);
      const models = upstream.requests.map((request) => valueAt(request.body, 'model'));
      assert.deepEqual(models, ['first', 'first', 'second']);
    });

    it('goes on with the new key when the key is changed in the middle of the session', async () => {
      upstream.answer(() => {
        proxy.configure({ keys: { up: secondKey } });
        return dialect.call(call);
      });
      upstream.answerAlways(dialect.text('Done with the new key.'));
      assert.equal(await work(), 'Done with the new key.');
      assert.equal(runs(), 1);
      const keys = upstream.requests.map(({ headers }) =>
        String(headers['x-api-key'] ?? headers.authorization).replace('Bearer ', ''),
      );
      assert.deepEqual(keys, [firstKey, secondKey]);
      assert.doesNotMatch(proxy.logs.join('\n'), /-key-0123456789/);
    });
  });
}
