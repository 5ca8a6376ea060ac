import * as vscode from 'vscode';
import type { ProxyController } from '../controller';
import { render } from '../proxy/phrase';
import { assertNever } from '../proxy/types';
import type { ChatPart } from '../proxy/wire/partsClient';
import { readChatParts } from './chatParts';
import { countRequest, messagesRequest } from './chatRequest';
import { readMessage } from './inputParts';

export type ChatProxy = Pick<ProxyController, 'ask' | 'chat'>;

/** What VS Code hands over with one request. */
export interface ChatCall {
  readonly model: vscode.LanguageModelChatInformation;
  readonly messages: readonly vscode.LanguageModelChatRequestMessage[];
  readonly options: vscode.ProvideLanguageModelChatResponseOptions;
  readonly progress: vscode.Progress<vscode.LanguageModelResponsePart>;
  readonly token: vscode.CancellationToken;
}

/** Runs one request of a chat; rejects with what the chat shows when it fails. */
export function answerChat(
  proxy: ChatProxy,
  { model, messages, options, progress, token }: ChatCall,
): Promise<void> {
  const body = messagesRequest({
    model: model.id,
    maxOutputTokens: model.maxOutputTokens,
    messages: messages.map(readMessage),
    tools: options.tools ?? [],
    mustCallTool: options.toolMode === vscode.LanguageModelChatToolMode.Required,
    modelOptions: options.modelOptions ?? {},
  });
  return new Promise((resolve, reject) => {
    let last: Extract<ChatPart, { kind: 'end' | 'failed' }> | undefined;
    const cancel = proxy.chat(JSON.stringify(body), {
      text(lines) {
        for (const part of readChatParts(lines)) last = show(part, progress) ?? last;
      },
      ended() {
        listening.dispose();
        if (last?.kind === 'end') resolve();
        else reject(last === undefined ? new Error(brokenOff()) : errorFor(last));
      },
    });
    const listening = token.onCancellationRequested(() => {
      cancel?.();
      listening.dispose();
      reject(new vscode.CancellationError());
    });
    if (cancel !== undefined) return;
    listening.dispose();
    reject(new Error(notRunning()));
  });
}

/** An estimate of our own where the proxy cannot be asked: a chat must be able to measure its prompt at any time. */
export async function countTokens(
  proxy: ChatProxy,
  model: vscode.LanguageModelChatInformation,
  what: string | vscode.LanguageModelChatRequestMessage,
): Promise<number> {
  const message =
    typeof what === 'string'
      ? ({ role: 'user', parts: [{ kind: 'text', text: what }] } as const)
      : readMessage(what);
  const body = JSON.stringify(countRequest(model.id, message));
  const answer = await proxy.ask({ about: 'tokens', body });
  return answer?.tokens ?? Math.ceil(body.length / lettersPerToken);
}

const lettersPerToken = 3;

/** Shows one part; returns it when it is the last. */
function show(
  part: ChatPart,
  progress: ChatCall['progress'],
): Extract<ChatPart, { kind: 'end' | 'failed' }> | undefined {
  switch (part.kind) {
    case 'text':
      progress.report(new vscode.LanguageModelTextPart(part.text));
      return undefined;
    case 'toolCall':
      progress.report(new vscode.LanguageModelToolCallPart(part.id, part.name, part.input));
      return undefined;
    case 'end':
    case 'failed':
      return part;
    default:
      return assertNever(part);
  }
}

/** Only what says that a model may not be used, or is not there, has a code of its own in VS Code. */
function errorFor({ type, message: words }: Extract<ChatPart, { kind: 'failed' }>): Error {
  const message = render(words, vscode.l10n.t);
  switch (type) {
    case 'authentication_error':
    case 'permission_error':
    case 'billing_error':
      return vscode.LanguageModelError.NoPermissions(message);
    case 'not_found_error':
      return vscode.LanguageModelError.NotFound(message);
    default:
      return new Error(message);
  }
}

function notRunning(): string {
  return vscode.l10n.t('Switchyard does not run. Run “Switchyard: Start” and ask again.');
}

function brokenOff(): string {
  return vscode.l10n.t(
    'Switchyard’s proxy ended before the answer was complete. Ask again; “Switchyard: Show Log” tells why.',
  );
}
