import { assertNever } from '../types';
import type {
  ContentBlock,
  DocumentBlock,
  ImageBlock,
  MediaSource,
  ToolResultBlock,
} from './anthropicBlocks';
import { loadedTool } from './anthropicContent';
import { omissionNote } from './requestRules';

/** Writes the parts of a user's message in one wire format. */
export interface PartWriter<Part> {
  text(text: string): Part;
  image(block: ImageBlock): Part;
  document(block: DocumentBlock): Part;
  /** A result whose call was compacted away or belongs to a turn that failed; what it says may still matter. */
  orphan(result: ToolResultBlock): readonly Part[];
  /** Words for the log. */
  readonly omitted: Set<string>;
}

/** The heading of an orphaned result. */
export const orphanHeading = '[Result of an earlier tool call]';

/** One block of a user's message or of a tool result; blocks that belong into neither give nothing. */
export function writePart<Part>(block: ContentBlock, writer: PartWriter<Part>): readonly Part[] {
  switch (block.type) {
    case 'text':
      return [writer.text(block.text)];
    case 'image':
      return [writer.image(block)];
    case 'document':
      return [writer.document(block)];
    case 'tool_reference':
      return [writer.text(loadedTool(block.toolName))];
    case 'search_result':
      return [writer.text([block.title, block.source, block.text].join('\n'))];
    case 'tool_result':
      return writer.orphan(block);
    case 'other':
      writer.omitted.add(`${block.blockType} block`);
      return [];
    case 'thinking':
    case 'redacted_thinking':
    case 'tool_use':
      return [];
    default:
      return assertNever(block);
  }
}

/** A document as text: its own, or a note that it could not be carried. */
export function documentText({ source, title }: DocumentBlock, omitted: Set<string>): string {
  if (source.type === 'text') {
    return title === undefined ? source.text : `${title}\n${source.text}`;
  }
  omitted.add('document');
  return omissionNote(title === undefined ? 'document' : `document ${title}`);
}

/** Where an image or a document can be read, as a `data:` or web URL; undefined when only its vendor can. */
export function mediaUrl(source: MediaSource): string | undefined {
  if (source.type === 'base64') {
    return `data:${source.mediaType};base64,${source.data}`;
  }
  return source.type === 'url' ? source.url : undefined;
}
