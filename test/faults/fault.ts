import type { RawAnswer } from '../support/faultsUpstream';
import type { Format } from './answers';
import type { Strike, Zone } from './model';

/** One way in which one fault can happen. */
export interface Combination {
  /** Where, or in which form. */
  readonly place: string;
  /** What target A sends. */
  readonly answer: RawAnswer;
  readonly strike: Strike;
  readonly zone: Zone;
  /** Where the answer stays whole but for what nobody can know: text that came twice or not at all. */
  readonly content?: 'altered' | 'cut by the output limit' | 'without its tool call';
  /** The time that the upstream names for another try. */
  readonly namedSeconds?: number;
  /** Fake time that passes before each piece. */
  readonly pieceMs?: number;
  /** Nobody listens at the address of A and B. */
  readonly isUnreachable?: true;
}

export interface Fault {
  readonly name: string;
  /** The wire formats in which it can happen; by default all. */
  readonly formats?: readonly Format[];
  combinations(format: Format, isStream: boolean): readonly Combination[];
}

/** An unusual answer that lacks nothing. */
export function whole(place: string, answer: RawAnswer): Combination {
  return { place, answer, strike: 'nothing', zone: 'unseen' };
}
