import { assertNever } from '../types';
import type { ContentBlock, DocumentBlock, ImageBlock, ToolResultBlock } from './anthropicBlocks';
import { loadedTool } from './anthropicContent';
import { omissionNote } from './requestRules';

export type ChatPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

export interface PartsContext {
  readonly seesImages: boolean;
  /** Words for the log. */
  readonly omitted: Set<string>;
}

/** User content as chat parts; empty texts are left out. */
export function partsOf(
  blocks: readonly ContentBlock[],
  context: PartsContext,
): readonly ChatPart[] {
  return blocks
    .flatMap((block) => partOf(block, context))
    .filter((part) => part.type !== 'text' || part.text !== '');
}

/** A content: a plain string where there is nothing but text, since not every host takes arrays. */
export function joinParts(parts: readonly ChatPart[]): string | readonly ChatPart[] {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.length === parts.length ? texts.join('\n\n') : parts;
}

/** The text blocks of a content, joined. */
export function joinText(blocks: readonly ContentBlock[]): string {
  return blocks
    .flatMap((block) => (block.type === 'text' && block.text !== '' ? [block.text] : []))
    .join('\n\n');
}

/** The content of a tool message: text, with a note in place of everything else. */
export function resultText(result: ToolResultBlock, context: PartsContext): string {
  const texts = result.content.map((block) => {
    if (block.type === 'image' && context.seesImages) {
      return '[The image follows in the next user message.]';
    }
    const parts = partOf(block, context);
    return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  });
  const text = texts.filter((piece) => piece !== '').join('\n\n');
  // An empty tool message is refused by some hosts and puzzles most models.
  const filled = text === '' ? '(no output)' : text;
  return result.isError ? `Error: ${filled}` : filled;
}

function partOf(block: ContentBlock, context: PartsContext): readonly ChatPart[] {
  switch (block.type) {
    case 'text':
      return [block];
    case 'image':
      return [imagePart(block, context)];
    case 'document':
      return [documentPart(block, context)];
    case 'tool_reference':
      return [{ type: 'text', text: loadedTool(block.toolName) }];
    case 'search_result':
      return [{ type: 'text', text: [block.title, block.source, block.text].join('\n') }];
    case 'tool_result':
      return orphanParts(block, context);
    case 'other':
      context.omitted.add(`${block.blockType} block`);
      return [];
    case 'thinking':
    case 'redacted_thinking':
    case 'tool_use':
      // None of them belongs into a user's message.
      return [];
    default:
      return assertNever(block);
  }
}

/** A result whose call was compacted away or belongs to a turn that failed; what it says may still matter. */
function orphanParts(result: ToolResultBlock, context: PartsContext): readonly ChatPart[] {
  const text = `[Result of an earlier tool call]\n${resultText(result, context)}`;
  const images = context.seesImages ? result.content.filter((block) => block.type === 'image') : [];
  return [{ type: 'text', text }, ...partsOf(images, context)];
}

function imagePart({ source }: ImageBlock, context: PartsContext): ChatPart {
  if (context.seesImages && source.type === 'base64') {
    const url = `data:${source.mediaType};base64,${source.data}`;
    return { type: 'image_url', image_url: { url } };
  }
  if (context.seesImages && source.type === 'url') {
    return { type: 'image_url', image_url: { url: source.url } };
  }
  context.omitted.add('image');
  return { type: 'text', text: omissionNote('image') };
}

/** Only text travels: file parts are known to OpenAI and few others, and a refused part would block the conversation. */
function documentPart({ source, title }: DocumentBlock, context: PartsContext): ChatPart {
  if (source.type === 'text') {
    return { type: 'text', text: title === undefined ? source.text : `${title}\n${source.text}` };
  }
  context.omitted.add('document');
  return {
    type: 'text',
    text: omissionNote(title === undefined ? 'document' : `document ${title}`),
  };
}
