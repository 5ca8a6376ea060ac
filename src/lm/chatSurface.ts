import type * as vscode from 'vscode';
import { answerChat, type ChatProxy, countTokens } from './chatAnswer';
import { chatInformation } from './chatInformation';

// A bundle of its own: dist/chatSurface.js.
export { answerChat, countTokens };

/** None while the proxy does not run. */
export async function listModels(proxy: ChatProxy): Promise<vscode.LanguageModelChatInformation[]> {
  const answer = await proxy.ask({ about: 'chatModels' });
  return (answer?.models ?? []).map(chatInformation);
}
