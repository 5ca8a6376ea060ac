import type { ContentBlock, DocumentBlock, ImageBlock, ToolResultBlock } from './anthropicBlocks';
import { documentText, mediaUrl, orphanHeading, type PartWriter, writePart } from './contentParts';
import { omissionNote } from './requestRules';

/** A part of a user's message or of a call's output. */
export type InputPart =
  | { readonly type: 'input_text'; readonly text: string }
  | { readonly type: 'input_image'; readonly image_url: string; readonly detail: 'auto' }
  | { readonly type: 'input_file'; readonly filename: string; readonly file_data: string }
  | { readonly type: 'input_file'; readonly file_url: string };

export interface PartsContext {
  readonly seesImages: boolean;
  /** Words for the log. */
  readonly omitted: Set<string>;
}

/** Content as input parts, one per block; empty texts are left out. */
export function inputParts(
  blocks: readonly ContentBlock[],
  context: PartsContext,
): readonly InputPart[] {
  const writer = partWriter(context);
  return blocks
    .flatMap((block) => writePart(block, writer))
    .filter((part) => part.type !== 'input_text' || part.text !== '');
}

/** The output of a function call: a string where there is nothing but text, since not every host takes arrays. */
export function callOutput(
  result: ToolResultBlock,
  context: PartsContext,
): string | readonly InputPart[] {
  const parts = inputParts(result.content, context);
  const texts = parts.flatMap((part) => (part.type === 'input_text' ? [part.text] : []));
  const error = result.isError ? 'Error: ' : '';
  if (texts.length === parts.length) {
    // An empty output puzzles most models.
    return error + (texts.length === 0 ? '(no output)' : texts.join('\n\n'));
  }
  return result.isError ? [textPart('Error:'), ...parts] : parts;
}

/** A part of plain text. */
export function textPart(text: string): InputPart {
  return { type: 'input_text', text };
}

function partWriter(context: PartsContext): PartWriter<InputPart> {
  return {
    omitted: context.omitted,
    text: textPart,
    image: (block) => imagePart(block, context),
    document: (block) => documentPart(block, context),
    orphan(result) {
      const output = callOutput(result, context);
      return typeof output === 'string'
        ? [textPart(`${orphanHeading}\n${output}`)]
        : [textPart(orphanHeading), ...output];
    },
  };
}

function imagePart({ source }: ImageBlock, context: PartsContext): InputPart {
  const url = context.seesImages ? mediaUrl(source) : undefined;
  if (url !== undefined) {
    // `detail` is required by hosts that check requests against OpenAI's own types.
    return { type: 'input_image', image_url: url, detail: 'auto' };
  }
  context.omitted.add('image');
  return textPart(omissionNote('image'));
}

/** A PDF is shown to the model as text and pictures, so only models that see images can have it. */
function documentPart(block: DocumentBlock, context: PartsContext): InputPart {
  const { source, title } = block;
  const url = mediaUrl(source);
  if (context.seesImages && source.type === 'url') {
    return { type: 'input_file', file_url: source.url };
  }
  const isPdf = source.type === 'base64' && source.mediaType === 'application/pdf';
  if (context.seesImages && isPdf && url !== undefined) {
    return { type: 'input_file', filename: title ?? 'document.pdf', file_data: url };
  }
  return textPart(documentText(block, context.omitted));
}
