// What must happen, written down apart from the code that does it. A chain of three targets: A, which fails; B, a healthy
// model of the same plan and host with a smaller context window and of another family; C, a healthy model of another
// provider with a larger window. Or a chain of A alone, so that the client gets to see the failure itself. Or A alone with a
// second key of the same provider.
import type { FailureKind } from '../../src/proxy/types';

/** How far the answer of A had got when the fault struck. */
export type Zone =
  /** Nothing that a client could show: headers, `message_start`, the role, an empty block. */
  | 'unseen'
  /** Text, thinking or a tool call. */
  | 'shown'
  /**
   * The finish reason has come, the counts have not. Chat Completions sends them in an event of their own; Gemini sends both
   * together, but not every gateway counts. Messages and Responses have an end marker that hosts do not leave out.
   */
  | 'finished'
  /**
   * The end marker has come: `message_stop`; `response.completed` or `response.incomplete`; the counts with or behind the
   * finish reason, or the `[DONE]` of Chat Completions.
   */
  | 'ended';

/** What struck: a named failure where the upstream says so itself. */
export type Strike =
  /** Unusual and whole: every healthy host has its accent. */
  | 'nothing'
  /** The connection ends, properly or not. */
  | 'end'
  /** The connection stays open and nothing comes. */
  | 'silence'
  /** An event, a body or a tool input that cannot be read. */
  | 'nonsense'
  | FailureKind;

/** What a strike in a zone means; undefined for a whole answer. */
export function meaning(strike: Strike, zone: Zone): FailureKind | undefined {
  // What follows the end marker (a gateway's cost line) is nobody's business.
  if (strike === 'nothing' || zone === 'ended') return undefined;
  if (strike === 'end' || strike === 'silence') {
    // Behind the finish reason only the usage is lost. Many hosts end there and never send [DONE].
    if (zone === 'finished') return undefined;
    return strike === 'end' ? 'brokenStream' : 'timeout';
  }
  return strike === 'nonsense' ? 'brokenStream' : strike;
}

interface Consequence {
  /** Who is asked after A, in a chain of all three. */
  readonly next: 'A' | 'B' | 'C' | undefined;
  /** What rests afterwards: nothing, A alone, A and B (one plan, one key, one host). */
  readonly rests: 'nothing' | 'A' | 'A and B';
  /** For how long, in seconds, unless the upstream names a time. */
  readonly restSeconds?: number;
  /** It is held against A: the third in a row makes A rest. */
  readonly isCounted?: true;
  /** It is about the key: with another key of the provider A is asked again, and nothing but this key rests. */
  readonly isOfKey?: true;
  /** What the client gets when nobody is left. */
  readonly status: number;
  readonly errorType: string;
}

const minute = 60;

// The table of design §2, in the words of this model.
export const consequences: Readonly<Record<FailureKind, Consequence>> = {
  missingKey: stop('nothing', 424, 'authentication_error'),
  keyHeldBack: stop('nothing', 424, 'authentication_error'),
  keyRejected: ofKey({ ...stop('A and B', 424, 'authentication_error'), restSeconds: minute }),
  accountBlocked: ofKey({ ...stop('A and B', 424, 'permission_error'), restSeconds: minute }),
  accountUnfunded: ofKey({ ...skipPlan(402, 'billing_error'), restSeconds: 5 * minute }),
  planMissing: ofKey({ ...skipPlan(402, 'billing_error'), restSeconds: 10 * minute }),
  planLimit: ofKey({ ...skipPlan(429, 'rate_limit_error'), restSeconds: 15 * minute }),
  networkRefused: { ...skipPlan(424, 'api_error'), restSeconds: 5 },
  // An account may lack a model that another account has.
  modelRefused: ofKey({ ...goOn('A', 424, 'not_found_error'), restSeconds: 10 * minute }),
  // The same model once more, in the other wire format.
  wrongWireFormat: { ...goOn('nothing', 424, 'not_found_error'), next: 'A' },
  rateLimited: ofKey({ ...goOn('A', 429, 'rate_limit_error'), restSeconds: 5 }),
  overloaded: counted(529, 'overloaded_error'),
  serverError: counted(529, 'overloaded_error'),
  timeout: counted(504, 'timeout_error'),
  unreachable: { ...skipPlan(503, 'api_error'), restSeconds: 5 },
  brokenStream: counted(502, 'api_error'),
  // B's window is smaller than A's, C's is larger.
  contextTooLong: { ...goOn('nothing', 400, 'invalid_request_error'), next: 'C' },
  badRequest: goOn('nothing', 400, 'invalid_request_error'),
  contentRefused: stop('nothing', 400, 'invalid_request_error'),
  cancelled: stop('nothing', 499, 'api_error'),
};

function goOn(rests: Consequence['rests'], status: number, errorType: string): Consequence {
  return { next: 'B', rests, status, errorType };
}

function ofKey(consequence: Consequence): Consequence {
  return { ...consequence, isOfKey: true };
}

function counted(status: number, errorType: string): Consequence {
  return { next: 'B', rests: 'nothing', isCounted: true, status, errorType };
}

function skipPlan(status: number, errorType: string): Consequence {
  return { next: 'C', rests: 'A and B', status, errorType };
}

function stop(rests: Consequence['rests'], status: number, errorType: string): Consequence {
  return { next: undefined, rests, status, errorType };
}

export interface Situation {
  readonly strike: Strike;
  readonly zone: Zone;
  /** The client asked for a stream. */
  readonly isStream: boolean;
  readonly chain: 'A, B, C' | 'A alone' | 'A with two keys';
  /** The upstream named this time, in seconds. */
  readonly namedSeconds?: number | undefined;
  /** Fake time passed while the client waited, so that pings have sent the head. */
  readonly hasWaited: boolean;
}

export interface Expected {
  /** The upstream calls, in order. */
  readonly calls: readonly ('A' | 'B' | 'C')[];
  readonly client:
    | { readonly gets: 'answer'; readonly of: 'A' | 'B' | 'C' }
    /** Status 200, perhaps the beginning of an answer, then an error event and the end. */
    | { readonly gets: 'error event'; readonly errorType: string }
    | { readonly gets: 'status'; readonly status: number; readonly errorType: string };
  readonly rests: Consequence['rests'];
  readonly restSeconds: number | undefined;
  readonly isHeldAgainstA: boolean;
}

/** Everything that one combination must lead to. */
export function expectation(situation: Situation): Expected {
  const { strike, zone, isStream, chain } = situation;
  const kind = meaning(strike, zone);
  const served = { rests: 'nothing', restSeconds: undefined, isHeldAgainstA: false } as const;
  if (kind === undefined) return { ...served, calls: ['A'], client: { gets: 'answer', of: 'A' } };
  const { next, restSeconds, isCounted, isOfKey, status, errorType, ...consequence } =
    consequences[kind];
  const hasKeyLeft = isOfKey === true && chain === 'A with two keys';
  // Refused in mid-answer it is a guess at whom to blame, and no other key comes under the same suspicion.
  const isGuess = kind === 'modelRefused' && zone !== 'unseen';
  // A time that the upstream names wins over any count.
  const isNamed = isCounted === true && situation.namedSeconds !== undefined;
  const restsWithOneKey = isNamed ? 'A' : consequence.rests;
  const rests = hasKeyLeft ? 'nothing' : restsWithOneKey;
  const health = {
    rests,
    restSeconds: rests === 'nothing' ? undefined : (situation.namedSeconds ?? restSeconds),
    isHeldAgainstA: isCounted === true || restsWithOneKey !== 'nothing',
  };
  // Once a stream has begun nobody else can go on with it. A client that wants the whole has seen nothing yet.
  const hasBegun = isStream && zone !== 'unseen';
  if (hasBegun) return { ...health, calls: ['A'], client: { gets: 'error event', errorType } };
  const nextInChain = chain === 'A, B, C' || next === 'A' ? next : undefined;
  const another = hasKeyLeft && !isGuess ? 'A' : nextInChain;
  if (another !== undefined) {
    return { ...health, calls: ['A', another], client: { gets: 'answer', of: another } };
  }
  const isHeadOut = isStream && situation.hasWaited;
  const refusal = { gets: 'status', status, errorType } as const;
  const client = isHeadOut ? ({ gets: 'error event', errorType } as const) : refusal;
  return { ...health, calls: ['A'], client };
}
