import type { ContentBlock, ImageBlock, ToolResultBlock } from './anthropicBlocks';
import { documentText, mediaUrl, orphanHeading, writePart } from './contentParts';
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
  return writePart(block, {
    omitted: context.omitted,
    text: (text): ChatPart => ({ type: 'text', text }),
    image: (image) => imagePart(image, context),
    // Only text travels: file parts are known to OpenAI and few others, and a refused part would block the conversation.
    document: (document) => ({ type: 'text', text: documentText(document, context.omitted) }),
    orphan: (result) => orphanParts(result, context),
  });
}

function orphanParts(result: ToolResultBlock, context: PartsContext): readonly ChatPart[] {
  const text = `${orphanHeading}\n${resultText(result, context)}`;
  const images = context.seesImages ? result.content.filter((block) => block.type === 'image') : [];
  return [{ type: 'text', text }, ...partsOf(images, context)];
}

function imagePart({ source }: ImageBlock, context: PartsContext): ChatPart {
  const url = context.seesImages ? mediaUrl(source) : undefined;
  if (url !== undefined) {
    return { type: 'image_url', image_url: { url } };
  }
  context.omitted.add('image');
  return { type: 'text', text: omissionNote('image') };
}
