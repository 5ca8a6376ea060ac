import type { History } from './anthropicHistory';
import type { EncodeInput } from './formats';

/** A request that is being changed for one upstream. */
export interface Rewrite {
  readonly input: EncodeInput;
  /** A member of the client's body. */
  readonly memberValue: (key: string) => unknown;
  readonly history: History;
  readonly omitted: Set<string>;
}

export type EditMap = Map<string, string | undefined>;

/** Sets a member unless it says the same already; undefined takes it out. */
export function setIfNew(
  edits: EditMap,
  { memberValue }: Rewrite,
  key: string,
  value: unknown,
): void {
  const old = memberValue(key);
  // What was found in order is the value itself, and long lists of tools take a while to write.
  if (value === old) return;
  const json = value === undefined ? undefined : JSON.stringify(value);
  if (json !== (old === undefined ? undefined : JSON.stringify(old))) {
    edits.set(key, json);
  }
}

export const samplingMembers = ['temperature', 'top_p', 'top_k'] as const;
