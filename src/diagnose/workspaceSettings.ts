import { parse } from 'jsonc-parser';

/** The names at the top of a settings file, which may have comments; none of what cannot be read. */
export function settingsIn(text: string): readonly string[] {
  const value: unknown = parse(text);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}
