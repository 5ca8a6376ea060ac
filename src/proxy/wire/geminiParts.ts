import type { ContentBlock, DocumentBlock, ImageBlock, ToolResultBlock } from './anthropicBlocks';
import { documentText, orphanHeading, type PartWriter, writePart } from './contentParts';
import { interruptedResult } from './conversation';
import type { JsonObject } from './json';
import type { PartsContext } from './openaiChatParts';
import { omissionNote } from './requestRules';

/** User content as parts; empty texts, which Gemini refuses, are left out. */
export function geminiParts(
  blocks: readonly ContentBlock[],
  context: PartsContext,
): readonly JsonObject[] {
  const writer = partWriter(context);
  return blocks.flatMap((block) => writePart(block, writer)).filter((part) => part['text'] !== '');
}

export function textPart(text: string): JsonObject {
  return { text };
}

/** What came back from a call. */
export interface GeminiResult {
  /** An object, as the format wants; `output` and `error` are Google's own words. Source: its function calling guide. */
  readonly response: JsonObject;
  /** Pictures and documents, which a response cannot hold in every version of the format. */
  readonly media: readonly JsonObject[];
}

export function geminiResult(
  result: ToolResultBlock | undefined,
  context: PartsContext,
): GeminiResult {
  if (result === undefined) {
    return { response: { error: interruptedResult }, media: [] };
  }
  const { text, media } = readResult(result, context);
  return { response: result.isError ? { error: text } : { output: text }, media };
}

function readResult(
  result: ToolResultBlock,
  context: PartsContext,
): { readonly text: string; readonly media: readonly JsonObject[] } {
  const texts: string[] = [];
  const media: JsonObject[] = [];
  for (const block of result.content) {
    for (const part of geminiParts([block], context)) {
      const text = part['text'];
      texts.push(typeof text === 'string' ? text : `[The ${block.type} follows.]`);
      media.push(...(text === undefined ? [part] : []));
    }
  }
  return { text: texts.length === 0 ? '(no output)' : texts.join('\n\n'), media };
}

function partWriter(context: PartsContext): PartWriter<JsonObject> {
  const { omitted } = context;
  return {
    omitted,
    text: textPart,
    image(block) {
      const part = context.seesImages ? imagePart(block) : undefined;
      if (part === undefined) {
        omitted.add('image');
      }
      return part ?? textPart(omissionNote('image'));
    },
    document(block) {
      const part = context.seesImages ? documentPart(block) : undefined;
      return part ?? textPart(documentText(block, omitted));
    },
    orphan(result) {
      const { text, media } = readResult(result, context);
      return [textPart(`${orphanHeading}\n${text}`), ...media];
    },
  };
}

/** Google's list, by file extension; a GIF, which Anthropic takes, is refused along with the whole request. */
const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
};

function imageType(extension: string): string | undefined {
  return Object.hasOwn(imageTypes, extension) ? imageTypes[extension] : undefined;
}

function imagePart({ source }: ImageBlock): JsonObject | undefined {
  if (source.type === 'base64') {
    const mimeType = imageType(source.mediaType.replace('image/', ''));
    return mimeType === undefined ? undefined : { inlineData: { mimeType, data: source.data } };
  }
  if (source.type !== 'url') {
    return undefined;
  }
  const extension = /\.(\w+)(?:[?#]|$)/.exec(source.url)?.[1] ?? '';
  return { fileData: { mimeType: imageType(extension.toLowerCase()), fileUri: source.url } };
}

const pdf = 'application/pdf';

/** The documents that Gemini reads; Anthropic sends no others. */
function documentPart({ source }: DocumentBlock): JsonObject | undefined {
  if (source.type === 'url') {
    return { fileData: { mimeType: pdf, fileUri: source.url } };
  }
  return source.type === 'base64' && source.mediaType === pdf
    ? { inlineData: { mimeType: pdf, data: source.data } }
    : undefined;
}
