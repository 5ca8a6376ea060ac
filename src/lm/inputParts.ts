import * as vscode from 'vscode';
import type { ChatMessage, InputPart } from './chatRequest';

/** A message of a chat, read. Parts that no model is shown are left out: VS Code has more kinds than it tells of. */
export function readMessage({
  role,
  content,
}: vscode.LanguageModelChatRequestMessage): ChatMessage {
  return { role: roleOf(role), parts: content.flatMap(readInputPart) };
}

function roleOf(role: number): ChatMessage['role'] {
  if (role === vscode.LanguageModelChatMessageRole.Assistant) return 'assistant';
  // VS Code’s own agent uses it, though the API does not name it.
  return role === systemRole ? 'system' : 'user';
}

const systemRole = 3;

function readInputPart(part: unknown): readonly InputPart[] {
  if (part instanceof vscode.LanguageModelTextPart) return [{ kind: 'text', text: part.value }];
  if (part instanceof vscode.LanguageModelToolCallPart) {
    const { callId, name, input } = part;
    return [{ kind: 'toolCall', id: callId, name, input }];
  }
  if (part instanceof vscode.LanguageModelToolResultPart) {
    const content = part.content.flatMap(readInputPart);
    const isError = 'isError' in part && part.isError === true;
    return [{ kind: 'toolResult', id: part.callId, content, isError }];
  }
  if (part instanceof vscode.LanguageModelPromptTsxPart) {
    return [{ kind: 'text', text: JSON.stringify(part.value) }];
  }
  return isData(part) ? [{ kind: 'data', mimeType: part.mimeType, data: part.data }] : [];
}

/** By its shape: the class is not in the API of the oldest VS Code that we serve. */
function isData(part: unknown): part is { readonly mimeType: string; readonly data: Uint8Array } {
  return (
    typeof part === 'object' &&
    part !== null &&
    'mimeType' in part &&
    typeof part.mimeType === 'string' &&
    'data' in part &&
    part.data instanceof Uint8Array
  );
}
