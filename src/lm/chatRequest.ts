import { Buffer } from 'node:buffer';

/** A part of a message, read: see `readInputPart`. What is none of these has no place in a request. */
export type InputPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'toolCall';
      readonly id: string;
      readonly name: string;
      readonly input: object;
    }
  | {
      readonly kind: 'toolResult';
      readonly id: string;
      readonly content: readonly InputPart[];
      readonly isError: boolean;
    }
  | { readonly kind: 'data'; readonly mimeType: string; readonly data: Uint8Array };

export interface ChatMessage {
  readonly role: 'user' | 'assistant' | 'system';
  readonly parts: readonly InputPart[];
}

export interface ChatTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema?: object | undefined;
}

export interface ChatRequest {
  /** `auto`, `scenario:think`, `provider/model`. */
  readonly model: string;
  readonly maxOutputTokens: number;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[];
  readonly mustCallTool: boolean;
  /** From another extension: any names, any values. */
  readonly modelOptions: Readonly<Record<string, unknown>>;
}

type Block = Readonly<Record<string, unknown>>;

/** The Anthropic Messages request of a chat. */
export function messagesRequest(request: ChatRequest): object {
  const { model, messages, tools, mustCallTool, modelOptions } = request;
  const system = messages.filter(({ role }) => role === 'system').flatMap(blocksOf);
  return {
    model,
    max_tokens: numberAt(modelOptions, maxTokensNames) ?? request.maxOutputTokens,
    stream: true,
    ...(system.length === 0 ? {} : { system }),
    messages: turnsOf(messages),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOf) }),
    ...(tools.length > 0 && mustCallTool ? { tool_choice: { type: 'any' } } : {}),
    ...sampling(modelOptions),
  };
}

/** One message alone, to be counted. */
export function countRequest(model: string, message: ChatMessage): object {
  const role = message.role === 'assistant' ? 'assistant' : 'user';
  return { model, messages: [{ role, content: blocksOf(message) }] };
}

/** Messages of one role after one another are one turn: upstreams want turns to alternate. */
function turnsOf(messages: readonly ChatMessage[]): readonly Block[] {
  const turns: { role: string; content: Block[] }[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const content = blocksOf(message);
    const last = turns.at(-1);
    if (last?.role === message.role) last.content.push(...content);
    else if (content.length > 0) turns.push({ role: message.role, content });
  }
  return turns.map(({ role, content }) => ({ role, content: resultsFirst(content) }));
}

/** Upstreams look for a call's result at the head of the turn that follows it. */
function resultsFirst(content: readonly Block[]): readonly Block[] {
  const isResult = (block: Block) => block['type'] === 'tool_result';
  return [...content.filter(isResult), ...content.filter((block) => !isResult(block))];
}

function blocksOf({ parts }: ChatMessage): Block[] {
  const blocks: Block[] = [];
  for (const part of parts) {
    const last = blocks.at(-1);
    if (part.kind !== 'data' || part.mimeType !== cacheMark) blocks.push(...blockOf(part));
    else if (last !== undefined)
      blocks.splice(-1, 1, { ...last, cache_control: { type: 'ephemeral' } });
  }
  return blocks;
}

/** VS Code's own agent marks with it, behind a part, how far the prompt can be cached. */
const cacheMark = 'cache_control';

function blockOf(part: InputPart): readonly Block[] {
  switch (part.kind) {
    case 'text':
      // Upstreams refuse empty text.
      return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }];
    case 'toolCall':
      return [{ type: 'tool_use', id: part.id, name: part.name, input: part.input }];
    case 'toolResult': {
      const content = part.content.flatMap(blockOf);
      const error = part.isError ? { is_error: true } : {};
      return [{ type: 'tool_result', tool_use_id: part.id, content, ...error }];
    }
    case 'data':
      return dataBlock(part);
  }
}

const imageTypes: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
]);

function dataBlock({ mimeType, data }: Extract<InputPart, { kind: 'data' }>): readonly Block[] {
  const type = mimeType.toLowerCase().replace(/;.*$/, '').trim();
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const source = () => ({ type: 'base64', media_type: type, data: bytes.toString('base64') });
  if (imageTypes.has(type)) return [{ type: 'image', source: source() }];
  if (type === 'application/pdf') return [{ type: 'document', source: source() }];
  // Marks that extensions leave for themselves have no media type.
  if (!type.includes('/')) return [];
  if (/^text\/|[/+](?:json|xml|yaml)$/.test(type)) {
    return blockOf({ kind: 'text', text: bytes.toString('utf8') });
  }
  return [
    { type: 'text', text: `(An attachment of the type ${type} cannot be shown to this model.)` },
  ];
}

function toolOf({ name, description, inputSchema }: ChatTool): Block {
  return { name, description, input_schema: inputSchema ?? { type: 'object', properties: {} } };
}

const maxTokensNames = ['max_tokens', 'maxTokens', 'max_output_tokens', 'maxOutputTokens'];

/** There is no agreement on the names of options. */
function sampling(options: ChatRequest['modelOptions']): Block {
  const temperature = numberAt(options, ['temperature']);
  const topP = numberAt(options, ['top_p', 'topP']);
  const stop = [options['stop_sequences'] ?? options['stopSequences'] ?? options['stop'] ?? []];
  const stops = stop.flat().filter((one) => typeof one === 'string' && one !== '');
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stops.length === 0 ? {} : { stop_sequences: stops }),
  };
}

function numberAt(
  options: ChatRequest['modelOptions'],
  names: readonly string[],
): number | undefined {
  for (const name of names) {
    const value = options[name];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  }
  return undefined;
}
