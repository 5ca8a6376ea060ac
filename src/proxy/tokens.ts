import { type ImageSize, imageSize, imageTokens } from './imageTokens';
import { textTokens } from './textTokens';
import { assertNever } from './types';
import type { ContentBlock, DocumentBlock } from './wire/anthropicBlocks';
import type { MessagesRequest, Tool } from './wire/anthropicRequest';
import { isObject, type JsonObject } from './wire/json';
import { rememberPerObject } from './wire/rememberPerObject';

/** The parts of a request that the model is shown. */
export type CountableRequest = Pick<
  MessagesRequest,
  'system' | 'messages' | 'tools' | 'outputSchema'
>;

/** The estimated input of a request, without what a host adds: 20 to 550 tokens of its own on how to call tools. */
export interface InputEstimate {
  /** Images by Anthropic's rule included. */
  readonly inputTokens: number;
  /** Of all images, tool results included: what they cost depends on the model. */
  readonly imageSizes: readonly ImageSize[];
}

/** Estimates the input tokens of requests. */
export type TokenCounter = (request: CountableRequest) => InputEstimate;

/**
 * A counter that remembers what the messages and tools of a conversation cost, so that a turn costs what is new in it. For
 * requests of the body memory, in which the same message is the same object. `measure` is for tests.
 */
export function createTokenCounter(measure = textTokens): TokenCounter {
  const costs: Costs = { text: measure, pdf: pdfTokens };
  return countWith({
    content: rememberPerObject((blocks) => contentCost(blocks, costs)),
    tool: rememberPerObject((tool) => toolTokens(tool, { ...costs, imageSizes: [] })),
    schema: rememberPerObject((schema) => jsonTokens(schema, { ...costs, imageSizes: [] })),
  });
}

/** The same without any memory. */
export const estimateInput: TokenCounter = (request) => createTokenCounter()(request);

interface Costs {
  readonly text: (text: string) => number;
  readonly pdf: (base64: string) => number;
}

/** One count: its costs, and the images seen so far. */
interface Count extends Costs {
  readonly imageSizes: ImageSize[];
}

interface ContentCost {
  readonly tokens: number;
  readonly imageSizes: readonly ImageSize[];
}

/** What each part of a request costs. */
interface PartCosts {
  readonly content: (blocks: readonly ContentBlock[]) => ContentCost;
  readonly tool: (tool: Tool) => number;
  readonly schema: (schema: JsonObject) => number;
}

/** Role marks around a message. */
const tokensPerMessage = 4;
/** The braces, the type and the names of the members around a tool, a call and a result. */
const tokensPerTool = 12;
const tokensPerCall = 5;
/** A document that is fetched by the host: some pages. */
const unknownDocumentTokens = 6000;

function countWith(costs: PartCosts): TokenCounter {
  return (request) => {
    const system = costs.content(request.system);
    let { tokens } = system;
    const imageSizes = [...system.imageSizes];
    for (const { content } of request.messages) {
      const cost = costs.content(content);
      tokens += tokensPerMessage + cost.tokens;
      imageSizes.push(...cost.imageSizes);
    }
    for (const tool of request.tools) tokens += costs.tool(tool);
    if (request.outputSchema !== undefined) tokens += costs.schema(request.outputSchema);
    for (const size of imageSizes) tokens += imageTokens(size);
    return { inputTokens: Math.ceil(tokens), imageSizes };
  };
}

function contentCost(blocks: readonly ContentBlock[], costs: Costs): ContentCost {
  const imageSizes: ImageSize[] = [];
  return { tokens: contentTokens(blocks, { ...costs, imageSizes }), imageSizes };
}

function contentTokens(blocks: readonly ContentBlock[], count: Count): number {
  let tokens = 0;
  for (const block of blocks) tokens += blockTokens(block, count);
  return tokens;
}

function blockTokens(block: ContentBlock, count: Count): number {
  switch (block.type) {
    case 'text':
      return count.text(block.text);
    case 'thinking':
      // The signature is for the server and not shown to the model.
      return count.text(block.thinking);
    case 'redacted_thinking':
      return sealedTokens(block.data);
    case 'tool_use':
      return tokensPerCall + count.text(block.name) + jsonTokens(block.input, count);
    case 'tool_result':
      return tokensPerCall + contentTokens(block.content, count);
    case 'image': {
      const { source } = block;
      count.imageSizes.push(imageSize(source.type === 'base64' ? source.data : undefined));
      return 0;
    }
    case 'document':
      return documentTokens(block, count);
    case 'tool_reference':
      return count.text(block.toolName);
    case 'search_result':
      return count.text(block.title) + count.text(block.source) + count.text(block.text);
    case 'other':
      return jsonTokens(block.content, count);
    default:
      return assertNever(block);
  }
}

function documentTokens({ source, title }: DocumentBlock, count: Count): number {
  const titleTokens = count.text(title ?? '');
  switch (source.type) {
    case 'text':
      return titleTokens + count.text(source.text);
    case 'base64':
      return titleTokens + count.pdf(source.data);
    case 'url':
    case 'file':
      return titleTokens + unknownDocumentTokens;
    default:
      return assertNever(source);
  }
}

function toolTokens(tool: Tool, count: Count): number {
  const tokens = tokensPerTool + count.text(tool.name);
  if (tool.type === 'server') return tokens;
  return tokens + count.text(tool.description ?? '') + jsonTokens(tool.inputSchema, count);
}

/** What the JSON text of a value costs, without writing it: names and values, and the marks around them. */
function jsonTokens(value: unknown, count: Count): number {
  if (typeof value === 'string') return 1 + count.text(value);
  if (Array.isArray(value)) {
    let tokens = 0.5;
    for (const item of value) tokens += jsonTokens(item, count);
    return tokens;
  }
  if (!isObject(value)) return 0.5 + count.text(String(value));
  let tokens = 0.5;
  for (const name in value) {
    const member = value[name];
    const isSealed = typeof member === 'string' && name.startsWith('encrypted_');
    tokens += 1 + count.text(name) + (isSealed ? sealedTokens(member) : jsonTokens(member, count));
  }
  return tokens;
}

/** Text that only its host can read: base64 of what was about four letters a token. */
function sealedTokens(base64: string): number {
  return (base64.length * 3) / 4 / 4;
}

/** PDFs are shown as text and as pictures of their pages: 1500 to 3000 tokens of text a page, and a picture. */
const tokensPerPage = 3000;
/** Pages of text take 20 to 60 kB. */
const bytesPerPage = 40_000;

/** By the pages that the file names, or by its size where their list is compressed. */
function pdfTokens(base64: string): number {
  const named = Buffer.from(base64, 'base64')
    .toString('latin1')
    .match(/\/Type\s*\/Page(?![a-zA-Z])/g);
  const pages = named?.length ?? Math.ceil((base64.length * 3) / 4 / bytesPerPage);
  return Math.max(1, pages) * tokensPerPage;
}
