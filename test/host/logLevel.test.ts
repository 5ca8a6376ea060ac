// The level of the output channel, chosen as by its gear, and what of a request is written at it.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import type { LogThreshold } from '../../src/proxy/protocol';
import { logThreshold } from '../../src/ui/logThreshold';
import { anthropicText } from '../support/anthropicAnswers';
import { pause, useHostedModel, useListed } from '../support/hostedModel';
import type { ScriptedUpstream } from '../support/scriptedUpstream';

const modelId = 'logged/one';

describe('the level of the log', () => {
  /** Ids of requests. */
  const seen = new Set<string>();
  let upstream: ScriptedUpstream;

  useHostedModel(modelId, {}, (started) => {
    upstream = started;
  });

  before(async () => {
    await vscode.commands.executeCommand('switchyard.showLog');
  });

  after(async () => {
    await choose(vscode.LogLevel.Info);
  });

  it('is followed by the next request, without a restart', async () => {
    assert.deepEqual(await linesOfRequest(), ['info', 'info', 'info']);
    await choose(vscode.LogLevel.Debug);
    assert.deepEqual(await linesOfRequest(), ['info', 'debug', 'debug', 'info', 'info']);
    await choose(vscode.LogLevel.Info);
    assert.deepEqual(await linesOfRequest(), ['info', 'info', 'info']);
  });

  it('is followed by a proxy that was started anew', async () => {
    await choose(vscode.LogLevel.Debug);
    await vscode.commands.executeCommand('switchyard.stop');
    await vscode.commands.executeCommand('switchyard.start');
    assert.deepEqual(await linesOfRequest(), ['info', 'debug', 'debug', 'info', 'info']);
  });

  it('leaves the lines that a report holds, unless the log is off', () => {
    const wanted = (logLevel: vscode.LogLevel): LogThreshold => {
      const onDidChangeLogLevel = new vscode.EventEmitter<vscode.LogLevel>().event;
      return logThreshold({ logLevel, onDidChangeLogLevel }).current();
    };
    const { Debug, Error: ErrorLevel, Info, Off, Trace, Warning } = vscode.LogLevel;
    assert.deepEqual([Trace, Debug, Info, Warning, ErrorLevel, Off].map(wanted), [
      'trace',
      'debug',
      'info',
      'info',
      'info',
      'off',
    ]);
  });

  /** The levels of the lines that the channel shows of one request. */
  async function linesOfRequest(): Promise<readonly string[]> {
    upstream.answer(anthropicText('good day'));
    await useListed(modelId, async (model) => {
      const response = await model.sendRequest([vscode.LanguageModelChatMessage.User('hello')]);
      for await (const _part of response.stream);
    });
    const id = await untilServed();
    const line = new RegExp(`\\[(\\w+)\\] request ${id} `);
    return shownLines().flatMap((text) => line.exec(text)?.[1] ?? []);
  }

  /** The id of a request whose last line is shown, and was not before. */
  async function untilServed(): Promise<string> {
    for (;;) {
      const served = shownLines().flatMap(
        (line) => /request (\w+) served by logged/.exec(line)?.[1] ?? [],
      );
      const id = served.find((one) => !seen.has(one));
      if (id !== undefined) {
        seen.add(id);
        return id;
      }
      await pause();
    }
  }
});

function shownLines(): readonly string[] {
  const log = vscode.workspace.textDocuments.find(
    ({ uri }) => uri.scheme === 'output' && /switchyard/i.test(uri.path),
  );
  return log?.getText().split('\n') ?? [];
}

/** As by the gear of the output channel in view. */
async function choose(level: vscode.LogLevel): Promise<void> {
  await vscode.commands.executeCommand(`workbench.action.output.activeOutputLogLevel.${level}`);
}
