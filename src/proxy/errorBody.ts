import { isObject, type JsonObject, parseJson } from './wire/json';

/** What can be read from an upstream's error body, whatever its shape. */
export interface ErrorBody {
  /** The upstream's own words, uncleaned: its message, or the text of a body that is not JSON. */
  readonly message: string;
  /** Every type, code and status name that the body gives, in lower case. */
  readonly labels: ReadonlySet<string>;
  /** An HTTP status that the body itself names, as some hosts do inside a 200. */
  readonly status: number | undefined;
  /** The object that holds the message, and the one around it: for reset times and metadata. */
  readonly error: JsonObject;
  readonly root: JsonObject;
}

/**
 * Reads an error body leniently: JSON under any content type, JSON followed or preceded by junk, a server-sent event,
 * HTML, plain text, nothing. Only the message and the labels are searched later, never the whole body: validation errors
 * may echo the prompt.
 */
export function readErrorBody(body: string): ErrorBody {
  const text = body
    .slice(0, maxBodyChars)
    .replace(/^\ufeff/, '')
    .trim();
  const root = findObject(text);
  if (root === undefined) {
    return { message: plainText(text), labels: new Set(), status: undefined, error: {}, root: {} };
  }
  const outer = describe(root);
  const isWhole = text.endsWith('}') && text.startsWith('{');
  // Relays wrap a whole error body into a message string.
  const inner = outer.message.trimStart().startsWith('{') ? findObject(outer.message) : undefined;
  if (inner === undefined) {
    return { ...outer, message: outer.message || (isWhole ? '' : plainText(text)) };
  }
  const nested = describe(inner);
  return {
    message: nested.message || outer.message,
    labels: new Set([...outer.labels, ...nested.labels]),
    status: outer.status ?? nested.status,
    error: nested.error,
    root: outer.root,
  };
}

/** The first of the values that is a non-empty string. */
function firstString(...values: readonly unknown[]): string | undefined {
  for (const value of values) if (typeof value === 'string' && value !== '') return value;
  return undefined;
}

const maxBodyChars = 65_536;
const maxMessageChars = 8192;

function describe(root: JsonObject): ErrorBody {
  const error = errorObject(root);
  const metadata = isObject(error['metadata']) ? error['metadata'] : {};
  const details = isObject(error['details']) ? error['details'] : {};
  const message = firstString(
    error['message'],
    root['error'],
    error['msg'],
    error['detail'],
    root['message'],
    root['msg'],
    root['detail'],
  );
  // OpenRouter's own message says only "Provider returned error"; the supplier's is in `raw`.
  const raw = firstString(metadata['raw']);
  const named = [error['type'], error['code'], error['status'], error['name'], error['reason']];
  const around = [root['type'], root['code'], root['name'], details['error_code']];
  const statuses = [error['code'], error['status'], root['status'], root['statusCode']];
  return {
    message: [message, raw].filter(Boolean).join(': ').slice(0, maxMessageChars),
    labels: labelsOf([...named, ...around, metadata['error_type']]),
    status: statuses.map(httpStatus).find((status) => status !== undefined),
    error,
    root,
  };
}

function errorObject(root: JsonObject): JsonObject {
  const response = isObject(root['response']) ? root['response'] : {};
  const errors = Array.isArray(root['errors']) ? root['errors'] : [];
  const details = Array.isArray(root['detail']) ? root['detail'] : [root['detail']];
  const candidates = [root['error'], response['error'], errors[0], details[0]];
  return candidates.find(isObject) ?? root;
}

function labelsOf(values: readonly unknown[]): ReadonlySet<string> {
  const labels = values
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .map((value) => String(value).toLowerCase())
    // The envelope of every Anthropic and OpenCode error: says nothing.
    .filter((label) => label !== 'error' && label !== '');
  return new Set(labels);
}

function httpStatus(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : undefined;
}

function findObject(text: string): JsonObject | undefined {
  const whole = parseJson(text);
  const first = Array.isArray(whole) ? whole[0] : whole;
  if (isObject(first)) return first;
  const data = /^data:(.*)$/m.exec(text)?.[1];
  const inData = data === undefined ? undefined : parseJson(data.trim());
  if (isObject(inData)) return inData;
  const leading = parseJson(leadingValue(text));
  return isObject(leading) ? leading : undefined;
}

/** From the first brace to the one that closes it; a relay may append events to an error body. */
function leadingValue(text: string): string {
  const start = text.indexOf('{');
  if (start < 0) return '';
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index += 1) {
    const char = text[index];
    if (char === '\\' && inString) index += 1;
    else if (char === '"') inString = !inString;
    else if (!inString && char === '{') depth += 1;
    else if (!inString && char === '}') depth -= 1;
    if (depth === 0) return text.slice(start, index + 1);
  }
  return '';
}

function plainText(text: string): string {
  if (!/^<(?:!doctype|html|head|body|\?xml)/i.test(text)) return text.slice(0, maxMessageChars);
  const head = text.slice(0, maxMessageChars);
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(head)?.[1]?.trim();
  return title ?? head.replace(/<[^>]{0,500}>/g, ' ');
}
