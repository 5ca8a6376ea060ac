import * as z from 'zod/mini';
import { type JsonObject, stringAt } from './json';
import { omissionNote } from './requestRules';

/** A message's content as Anthropic blocks; null and absence give none. */
export function blocksOfContent() {
  return z.pipe(
    z.unknown(),
    z.transform((content, context): readonly JsonObject[] => {
      if (content === undefined || content === null) return [];
      if (typeof content === 'string') return textBlocks(content);
      if (!Array.isArray(content)) {
        const message = 'Invalid input: expected a string or an array of content parts';
        context.issues.push({ code: 'custom', input: content, message });
        return [];
      }
      return content.flatMap((part: unknown, index) => {
        const blocks = blocksOfPart(part);
        if (blocks === undefined) {
          const message = 'Invalid input: expected a content part with its own member';
          context.issues.push({ code: 'custom', input: part, path: [index], message });
        }
        return blocks ?? [];
      });
    }),
  );
}

/** Anthropic refuses texts of nothing but white space. */
export function textBlocks(text: string): readonly JsonObject[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }];
}

/** Undefined when the part is malformed. Parts that no upstream can carry become a note, so that the model can say so. */
function blocksOfPart(part: unknown): readonly JsonObject[] | undefined {
  switch (stringAt(part, 'type')) {
    case undefined:
      return undefined;
    case 'text':
      return mapped(stringAt(part, 'text'), textBlocks);
    case 'refusal':
      return mapped(stringAt(part, 'refusal'), textBlocks);
    case 'image_url':
      return mapped(imageUrl(part), imageBlocks);
    case 'file':
      return [fileBlock(part)];
    case 'input_audio':
      return note('audio');
    default:
      return note(stringAt(part, 'type') ?? '');
  }
}

function mapped<T>(
  value: string | undefined,
  read: (value: string) => readonly T[],
): readonly T[] | undefined {
  return value === undefined ? undefined : read(value);
}

function note(what: string): readonly JsonObject[] {
  return [{ type: 'text', text: omissionNote(what) }];
}

/** `{"image_url":{"url":…}}`; some clients write the URL in its place. */
function imageUrl(part: unknown): string | undefined {
  const holder = z.looseObject({ image_url: z.unknown() }).safeParse(part);
  const member = holder.success ? holder.data.image_url : undefined;
  return typeof member === 'string' ? member : stringAt(member, 'url');
}

function imageBlocks(url: string): readonly JsonObject[] {
  const data = readDataUrl(url);
  if (data !== undefined) {
    const source = { type: 'base64', media_type: data.mediaType, data: data.base64 };
    return [{ type: 'image', source }];
  }
  return /^https?:/i.test(url) ? [{ type: 'image', source: { type: 'url', url } }] : note('image');
}

function fileBlock(part: unknown): JsonObject {
  const parsed = fileSchema.safeParse(part);
  const { file_data: url, filename } = parsed.success ? parsed.data.file : {};
  const data = readDataUrl(url ?? '');
  const title = filename ?? undefined;
  if (data?.mediaType === 'application/pdf') {
    const source = { type: 'base64', media_type: data.mediaType, data: data.base64 };
    return { type: 'document', source, title };
  }
  if (data?.mediaType.startsWith('text/') === true) {
    const text = Buffer.from(data.base64, 'base64').toString('utf8');
    return {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: text },
      title,
    };
  }
  // A file by its id is stored at OpenAI, of no use to anybody else.
  return { type: 'text', text: omissionNote(title === undefined ? 'file' : `file ${title}`) };
}

const fileSchema = z.looseObject({
  file: z.looseObject({ file_data: z.nullish(z.string()), filename: z.nullish(z.string()) }),
});

interface DataUrl {
  readonly mediaType: string;
  readonly base64: string;
}

function readDataUrl(url: string): DataUrl | undefined {
  // Not one expression over the whole: images have megabytes.
  const head = /^data:([^,]{0,200}?);base64,/i.exec(url.slice(0, 256));
  const mediaType = head?.[1]?.split(';')[0]?.trim().toLowerCase();
  return head === null || mediaType === undefined || mediaType === ''
    ? undefined
    : { mediaType, base64: url.slice(head[0].length) };
}
