// One model that the extension serves from an upstream on loopback, for suites inside a real VS Code.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { type ScriptedUpstream, startScriptedUpstream } from './scriptedUpstream';

/**
 * Has a model, `provider/name`, served by a scripted upstream and alone in the default scenario while a suite runs; the suite
 * is handed the upstream before its first test.
 */
export function useHostedModel(
  id: string,
  facts: object,
  started: (upstream: ScriptedUpstream) => void,
): void {
  const [provider = '', name = ''] = id.split('/');
  const present = vscode.workspace.getConfiguration('switchyard').inspect<object>('providers');
  let upstream: ScriptedUpstream | undefined;

  before(async () => {
    const extension = vscode.extensions.getExtension('switchyard.switchyard');
    assert.ok(extension !== undefined);
    await extension.activate();
    upstream = await startScriptedUpstream();
    const entry = {
      baseUrl: upstream.url,
      wireFormat: 'anthropic-messages',
      credential: 'none',
      models: { [name]: facts },
    };
    await writeSetting('providers', { ...present?.globalValue, [provider]: entry });
    await writeSetting('scenarios', { default: { models: [id] } });
    started(upstream);
  });

  after(async () => {
    await writeSetting('scenarios', undefined);
    await writeSetting('providers', present?.globalValue);
    await upstream?.close();
  });
}

/** Settings reach the proxy, and VS Code the change of models, a moment later; mocha's limit ends the wait. */
export async function untilListed(id: string): Promise<vscode.LanguageModelChat> {
  for (;;) {
    const [model] = await vscode.lm.selectChatModels({ vendor: 'switchyard', id });
    if (model !== undefined) return model;
    await pause();
  }
}

/**
 * Uses the model as soon as it is listed. VS Code knows no model for a moment whenever the list changes, as it does twice
 * when two settings are written: a use that falls into that moment is tried again.
 */
export async function useListed<Value>(
  id: string,
  use: (model: vscode.LanguageModelChat) => Promise<Value>,
): Promise<Value> {
  for (;;) {
    const model = await untilListed(id);
    try {
      return await use(model);
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'Model not found') throw error;
      await pause();
    }
  }
}

/** Between two looks at what comes about by itself. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

/** A setting of the user; undefined takes it away. */
async function writeSetting(name: string, value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('switchyard');
  await settings.update(name, value, vscode.ConfigurationTarget.Global);
}
