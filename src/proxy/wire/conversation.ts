import type { ContentBlock, ToolResultBlock } from './anthropicBlocks';
import type { MessageRest, MessagesRequest, RequestMessage } from './anthropicRequest';
import { isBillingLine, missingToolsNote } from './requestRules';

/** The system prompt as one text, '' for none: without the billing line, with a note on the server tools left out. */
export function systemText(request: MessagesRequest, serverTools: readonly string[]): string {
  const texts = request.system.map((block) => block.text).filter((text) => !isBillingLine(text));
  if (serverTools.length > 0) {
    texts.push(missingToolsNote(serverTools));
  }
  return texts.filter((text) => text !== '').join('\n\n');
}

/** What the assistant said, and what came back. */
export interface Turn {
  /** The assistant's message; undefined before the first. */
  readonly call: RequestMessage | undefined;
  /** Each tool call of it, in its order, with its result; undefined when the call was interrupted. */
  readonly results: readonly (readonly [id: string, result: ToolResultBlock | undefined])[];
  /** Everything else up to the assistant's next message, results without a call included. */
  readonly rest: readonly MessageRest[];
  /** True when the user said something, be it empty. */
  readonly isAnswered: boolean;
}

/** The conversation in turns, so that every result can stand right behind its call. */
export function turnsOf(messages: readonly RequestMessage[]): readonly Turn[] {
  const groups: { call: RequestMessage | undefined; answers: RequestMessage[] }[] = [];
  for (const message of messages) {
    const last = groups.at(-1);
    if (message.role === 'assistant') {
      groups.push({ call: message, answers: [] });
    } else if (last === undefined) {
      groups.push({ call: undefined, answers: [message] });
    } else {
      last.answers.push(message);
    }
  }
  return groups.map(({ call, answers }) => toTurn(call, answers));
}

function toTurn(call: RequestMessage | undefined, answers: readonly RequestMessage[]): Turn {
  const blocks = answers.flatMap((message) =>
    message.content.flatMap((block) => (block.type === 'tool_result' ? [block] : [])),
  );
  const paired = new Set<ContentBlock>();
  const results = (call?.content ?? []).flatMap((use) => {
    if (use.type !== 'tool_use') {
      return [];
    }
    const result = blocks.find((block) => block.toolUseId === use.id && !paired.has(block));
    if (result !== undefined) {
      paired.add(result);
    }
    return [[use.id, result] as const];
  });
  const rest = answers.map(({ role, content }) => ({
    role,
    content: content.filter((block) => !paired.has(block)),
  }));
  return { call, results, rest, isAnswered: answers.some((message) => message.role === 'user') };
}

/** What a model reads in place of the result of a call that was interrupted. */
export const interruptedResult = 'Error: the call was interrupted and has no result.';
/** A turn of empty texts is still the user's turn, and an empty message is refused. */
export const emptyMessage = '(empty message)';
