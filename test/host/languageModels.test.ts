// Our models as VS Code's own language models, asked through its API in a real host.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { anthropicStream, anthropicText } from '../support/anthropicAnswers';
import { pause, untilListed, useHostedModel, useListed } from '../support/hostedModel';
import { type ScriptedUpstream, valueAt } from '../support/scriptedUpstream';

const modelId = 'hosted/one';

describe('the language models', () => {
  let upstream: ScriptedUpstream;

  useHostedModel(modelId, { context: 100_000, maxOutput: 8_000, images: true }, (started) => {
    upstream = started;
  });

  before(async () => {
    await untilListed(modelId);
  });

  it('are the automatic choice, the scenarios and the models', async () => {
    const models = await vscode.lm.selectChatModels({ vendor: 'switchyard' });
    const [first] = models;
    assert.equal(first?.id, 'auto');
    assert.equal(first.name, 'Switchyard (automatic)');
    assert.equal(first.maxInputTokens, 92_000);
    const ids = models.map(({ id }) => id);
    assert.ok(ids.includes('scenario:default') && ids.includes(modelId), ids.join(' '));
  });

  it('answer as the upstream streams', async () => {
    upstream.answer(anthropicText('good day'));
    const { text } = await ask([vscode.LanguageModelChatMessage.User('hello')]);
    assert.equal(text, 'good day');
    const { body } = last(upstream);
    assert.equal(valueAt(body, 'model'), 'one');
    assert.equal(valueAt(body, 'stream'), true);
  });

  it('call tools, and are told what came of it, pictures included', async () => {
    upstream.answer(
      anthropicStream([{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'sky' } }]),
    );
    const tools = [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object' } }];
    const question = vscode.LanguageModelChatMessage.User('what is there?');
    const { calls } = await ask([question], {
      tools,
      toolMode: vscode.LanguageModelChatToolMode.Required,
    });
    assert.deepEqual(calls, [{ callId: 'toolu_1', name: 'look', input: { at: 'sky' } }]);
    assert.deepEqual(valueAt(last(upstream).body, 'tool_choice'), { type: 'any' });

    upstream.answer(anthropicText('a cloud'));
    const call = new vscode.LanguageModelToolCallPart('toolu_1', 'look', { at: 'sky' });
    const seen = [new vscode.LanguageModelTextPart('seen:'), picture()];
    const result = new vscode.LanguageModelToolResultPart('toolu_1', seen);
    await ask(
      [
        question,
        vscode.LanguageModelChatMessage.Assistant([call]),
        vscode.LanguageModelChatMessage.User([result]),
      ],
      { tools },
    );
    const content = valueAt(last(upstream).body, 'messages', 2, 'content', 0, 'content');
    assert.equal(valueAt(content, 0, 'text'), 'seen:');
    assert.deepEqual(valueAt(content, 1, 'source'), {
      type: 'base64',
      media_type: 'image/png',
      data: 'AQID',
    });
  });

  // VS Code 1.105 lets go of the token as soon as the request has begun, so that nobody learns of a cancel.
  const tellsOfCancels = !vscode.version.startsWith('1.105.');
  const whereTold = tellsOfCancels ? it : () => {};
  whereTold('leave the upstream when the chat is cancelled', async () => {
    const { requests } = upstream;
    const before = requests.length;
    upstream.answer({ silent: true });
    const source = new vscode.CancellationTokenSource();
    const asked = ask([vscode.LanguageModelChatMessage.User('hello')], {}, source.token);
    await upstream.waitForRequests(before + 1);
    source.cancel();
    await assert.rejects(asked);
    await requests[before]?.whenClosed;
    assert.equal(requests[before]?.isAborted, true);
  });

  it('fail with our own sentence', async () => {
    upstream.answer({ status: 400, body: { error: { message: 'no such thing' } } });
    await assert.rejects(ask([vscode.LanguageModelChatMessage.User('hello')]), /no such thing/);
  });

  it('measure a prompt as the proxy does', async () => {
    await useListed(modelId, async (model) => {
      const short = await model.countTokens('hello');
      assert.ok(short > 0 && (await model.countTokens('hello '.repeat(100))) > short + 80);
    });
  });

  it('say by VS Code’s own code that a key or a plan is in the way', async () => {
    upstream.answerAlways({
      status: 403,
      body: { error: { message: 'your account is suspended' } },
    });
    const asked = ask([vscode.LanguageModelChatMessage.User('hello')]);
    await assert.rejects(asked, (error: unknown) => {
      assert.ok(error instanceof vscode.LanguageModelError, String(error));
      assert.equal(error.code, vscode.LanguageModelError.NoPermissions.name);
      assert.match(error.message, /hosted/);
      return true;
    });
    await vscode.commands.executeCommand('switchyard.resetHealth');
  });

  it('are gone while the proxy is stopped, and back after its start', async () => {
    await vscode.commands.executeCommand('switchyard.stop');
    while ((await vscode.lm.selectChatModels({ vendor: 'switchyard' })).length > 0) await pause();
    await vscode.commands.executeCommand('switchyard.start');
    await untilListed(modelId);
  });
});

interface Told {
  readonly text: string;
  readonly calls: readonly { callId: string; name: string; input: object }[];
}

function ask(
  messages: vscode.LanguageModelChatMessage[],
  options: vscode.LanguageModelChatRequestOptions = {},
  token?: vscode.CancellationToken,
): Promise<Told> {
  return useListed(modelId, (model) => askModel(model, messages, options, token));
}

async function askModel(
  model: vscode.LanguageModelChat,
  messages: vscode.LanguageModelChatMessage[],
  options: vscode.LanguageModelChatRequestOptions,
  token?: vscode.CancellationToken,
): Promise<Told> {
  const response = await model.sendRequest(messages, options, token);
  let text = '';
  const calls: Told['calls'][number][] = [];
  for await (const part of response.stream) {
    if (part instanceof vscode.LanguageModelTextPart) text += part.value;
    if (part instanceof vscode.LanguageModelToolCallPart) {
      const { callId, name, input } = part;
      calls.push({ callId, name, input });
    }
  }
  return { text, calls };
}

/** Of a class that the API of the oldest VS Code that we serve does not name, though it has it. */
function picture(): unknown {
  const made: unknown = Reflect.get(vscode, 'LanguageModelDataPart');
  assert.ok(typeof made === 'function');
  return Reflect.construct(made, [new Uint8Array([1, 2, 3]), 'image/png']);
}

function last({ requests }: ScriptedUpstream) {
  const request = requests.at(-1);
  assert.ok(request !== undefined);
  return request;
}
