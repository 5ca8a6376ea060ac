import type { ToolNames } from './formats';

export interface ToolNaming {
  /** The name to send for a client's tool. */
  sent(name: string): string;
  /** The way back, for the names that had to change. */
  readonly originals: ToolNames;
}

const openaiName = /^[a-zA-Z0-9_-]{1,64}$/;
const maxLength = 64;

/**
 * Shortens tool names that the wire format refuses (long MCP names, dots), always in the same way. `legalName` may ask for
 * more than OpenAI does of the first character; an underscore always serves.
 */
export function createToolNaming(legalName: RegExp = openaiName): ToolNaming {
  const originals = new Map<string, string>();
  return {
    originals,
    sent(name) {
      if (legalName.test(name)) {
        return name;
      }
      const suffix = `_${hash(name)}`;
      const stem = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxLength - suffix.length);
      const joined = stem + suffix;
      const short = legalName.test(joined) ? joined : `_${stem.slice(1)}${suffix}`;
      originals.set(short, name);
      return short;
    },
  };
}

const maxIdLength = 40;

/** A tool call id that OpenAI accepts: at most 40 characters. The same id gives the same short one in every request. */
export function shortId(id: string): string {
  if (id.length <= maxIdLength) return id;
  const suffix = `_${hash(id)}`;
  return id.slice(0, maxIdLength - suffix.length) + suffix;
}

/** FNV-1a, 32 bits, as eight hex digits: short, stable, and no secret. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, '0');
}
