import { isObject, type JsonObject, stringAt } from './json';

/** The content of a message or of a call's output, a string or parts, as Anthropic blocks. Empty texts are left out. */
export function contentBlocks(content: unknown): readonly JsonObject[] {
  if (typeof content === 'string') {
    return textBlocks(content);
  }
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  return parts.flatMap((part) => (isObject(part) ? partBlocks(part) : []));
}

/** The texts of a content alone. */
export function contentText(content: unknown): string {
  return contentBlocks(content)
    .flatMap((block) => stringAt(block, 'text') ?? [])
    .join('\n\n');
}

export function textBlocks(text: string): readonly JsonObject[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

function partBlocks(part: JsonObject): readonly JsonObject[] {
  switch (part['type']) {
    case 'input_image':
      return [imageBlock(part)];
    case 'input_file':
      return [fileBlock(part)];
    case 'refusal':
      return textBlocks(stringAt(part, 'refusal') ?? '');
    default: {
      // `input_text`, `output_text`, `text`, `summary_text`.
      const text = stringAt(part, 'text');
      return text === undefined ? [unreadable(String(part['type']))] : textBlocks(text);
    }
  }
}

function imageBlock(part: JsonObject): JsonObject {
  const url = stringAt(part, 'image_url');
  if (url === undefined) return unreadable('image');
  const inline = inlineData(url);
  const source =
    inline === undefined
      ? { type: 'url', url }
      : { type: 'base64', media_type: inline.mediaType, data: inline.data };
  return { type: 'image', source };
}

function fileBlock(part: JsonObject): JsonObject {
  const title = stringAt(part, 'filename');
  const url = stringAt(part, 'file_url');
  if (url !== undefined) {
    return { type: 'document', source: { type: 'url', url }, title };
  }
  const inline = inlineData(stringAt(part, 'file_data') ?? '');
  if (inline === undefined) return unreadable('file');
  const { mediaType, data } = inline;
  const source = mediaType.startsWith('text/')
    ? { type: 'text', media_type: 'text/plain', data: Buffer.from(data, 'base64').toString() }
    : { type: 'base64', media_type: mediaType, data };
  return { type: 'document', source, title };
}

function inlineData(
  url: string,
): { readonly mediaType: string; readonly data: string } | undefined {
  const comma = url.indexOf(',');
  const head = /^data:([^;,]+)(?:;[^,]*)?;base64$/.exec(url.slice(0, comma))?.[1];
  return comma < 0 || head === undefined
    ? undefined
    : { mediaType: head, data: url.slice(comma + 1) };
}

/** Stored at OpenAI (`file_id`), or of a kind that no Messages model reads. */
function unreadable(what: string): JsonObject {
  return { type: 'text', text: `[${what} omitted: Switchyard cannot carry it]` };
}
