import { type Phrase, phrase } from '../phrase';
import type { ToolNames } from './formats';
import type { GeminiCall } from './geminiBlocks';
import { carrySignature } from './geminiSignature';
import { isObject, type JsonObject, objectAt, stringAt } from './json';
import { createToolArguments } from './toolArguments';

/** The calls of one answer. Parts come whole, so a call is either there or broken. */
export interface CallReader {
  /** Reads a part with a `functionCall`: the call, the problem with it, or neither for a call that can be left out. */
  read(part: JsonObject): {
    readonly call?: GeminiCall | undefined;
    readonly problem?: Phrase | undefined;
  };
  /** A call without a name was left out. */
  readonly hasLostCall: boolean;
}

export function createCallReader(model: string, toolNames: ToolNames): CallReader {
  /** Id → what was called with it. */
  const seen = new Map<string, string>();
  let hasLostCall = false;
  let lastSignature = '';
  return {
    read(part) {
      const value = part['functionCall'];
      const name = stringAt(value, 'name') ?? '';
      const json = inputText(value);
      if (name === '') {
        hasLostCall = true;
        return {};
      }
      if (json === undefined) {
        return { problem: phrase('the input of a tool call is not a JSON object') };
      }
      const theirId = stringAt(value, 'id') ?? '';
      const content = `${name} ${json}`;
      if (theirId !== '' && seen.get(theirId) === content) {
        return {};
      }
      // Some gateways take the name for an id.
      const isUsable = theirId !== '' && theirId !== name && !seen.has(theirId);
      const id = isUsable ? theirId : `toolu_${crypto.randomUUID().replaceAll('-', '')}`;
      seen.set(theirId, content);
      const signature = signatureOf(part);
      // Only the first of parallel calls is signed; gateways have repeated its signature on the others.
      const isNew = signature !== '' && signature !== lastSignature;
      lastSignature = signature === '' ? lastSignature : signature;
      const carrier = isNew ? carrySignature(model, signature) : '';
      return { call: { id, name: toolNames.get(name) ?? name, json, carrier } };
    },
    get hasLostCall() {
      return hasLostCall;
    },
  };
}

function signatureOf(part: JsonObject): string {
  return stringAt(part, 'thoughtSignature') ?? stringAt(part, 'thought_signature') ?? '';
}

/** The input's JSON text, '' when it is empty, undefined when it is no object or only a piece of one. */
function inputText(call: unknown): string | undefined {
  // Vertex can stream the arguments, but only who asks for it gets them in pieces.
  if (!isObject(call) || call['willContinue'] === true || call['partialArgs'] !== undefined) {
    return undefined;
  }
  const args = call['args'];
  const isEmptyList = Array.isArray(args) && args.length === 0;
  if (args === undefined || args === null || isEmptyList) {
    return '';
  }
  if (typeof args !== 'string' && !isObject(args)) {
    return undefined;
  }
  const input = createToolArguments();
  input.add(args);
  const { rest, isValid } = input.finish();
  return isValid ? rest : undefined;
}

/** What a part says that is no thought and no call, '' for nothing. */
export function textOf(part: JsonObject): string {
  const code = stringAt(objectAt(part, 'executableCode'), 'code');
  const output = stringAt(objectAt(part, 'codeExecutionResult'), 'output');
  const fences = [code, output].map((text) =>
    text === undefined ? '' : `\n\`\`\`\n${text}\n\`\`\`\n`,
  );
  const media = objectAt(part, 'inlineData') ?? objectAt(part, 'fileData');
  const type = stringAt(media, 'mimeType') ?? 'media';
  // No client takes pictures from the model.
  const note = media === undefined ? '' : `[The model sent ${type}, which cannot be shown here.]`;
  return [stringAt(part, 'text') ?? '', ...fences, note].join('');
}
