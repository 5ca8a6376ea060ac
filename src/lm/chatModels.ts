import * as vscode from 'vscode';
import type { ProxyController } from '../controller';
import type { ProxyStatus } from '../proxyStatus';

/** Also in package.json. */
const vendor = 'switchyard';

export interface ChatModelsParts {
  readonly proxy: Pick<ProxyController, 'ask' | 'chat' | 'status'>;
}

/** The proxy's scenarios and models as language models of VS Code. */
export interface ChatModels extends vscode.Disposable {
  show(status: ProxyStatus): void;
}

/** Offers them. What answers chats is loaded with the first question, so that the start of a window does not pay for it. */
export function registerChatModels({ proxy }: ChatModelsParts): ChatModels {
  const changed = new vscode.EventEmitter<void>();
  const shown = new vscode.EventEmitter<ProxyStatus>();
  let shape = '';
  const provider: vscode.LanguageModelChatProvider = {
    onDidChangeLanguageModelChatInformation: changed.event,
    async provideLanguageModelChatInformation({ silent }, token) {
      await untilStarted(proxy.status, shown.event, token);
      const { listModels } = await import('./chatSurface');
      const models = await listModels(proxy);
      if (models.length > 0 || silent) return models;
      await vscode.commands.executeCommand('switchyard.setApiKey');
      return listModels(proxy);
    },
    async provideLanguageModelChatResponse(model, messages, options, progress, token) {
      const { answerChat } = await import('./chatSurface');
      return answerChat(proxy, { model, messages, options, progress, token });
    },
    async provideTokenCount(model, text) {
      const { countTokens } = await import('./chatSurface');
      return countTokens(proxy, model, text);
    },
  };
  const registration = vscode.lm.registerLanguageModelChatProvider(vendor, provider);
  return {
    show(status) {
      shown.fire(status);
      const next = shapeOf(status);
      // While the proxy starts, the models of before stay: a chat would forget which it uses.
      if (next === undefined || next === shape) return;
      shape = next;
      changed.fire();
    },
    dispose: () => vscode.Disposable.from(registration, changed, shown).dispose(),
  };
}

/** Resolves when the proxy is neither starting nor without its first report, or when nobody waits any more. */
async function untilStarted(
  now: ProxyStatus,
  shown: vscode.Event<ProxyStatus>,
  token: vscode.CancellationToken,
): Promise<void> {
  if (shapeOf(now) !== undefined || token.isCancellationRequested) return;
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      vscode.Disposable.from(...listeners).dispose();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(stop, startLimitMs);
    const listeners = [
      shown((status) => shapeOf(status) === undefined || stop()),
      token.onCancellationRequested(stop),
    ];
  });
}

const startLimitMs = 10_000;

/** Changes when the list of models may have; undefined while that is not known. */
function shapeOf(status: ProxyStatus): string | undefined {
  if (status.state === 'starting') return undefined;
  if (status.state !== 'running') return '';
  if (status.report === undefined) return undefined;
  const { credentials, targets, catalogue } = status.report;
  return JSON.stringify([
    credentials.map(({ credential, state }) => [credential, state === 'missing']),
    targets.map(({ name, scenarios }) => [name, scenarios]),
    catalogue?.refreshedAt,
  ]);
}
