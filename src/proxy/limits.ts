/** What a client may cost before, while and after it is served. The figures are those of SECURITY.md. */
export interface ServerLimits {
  /** Connections that are served at the same time. */
  readonly maxConnections: number;
  /** Connections beyond those: each is told why it is not served. What comes on top is dropped unheard. */
  readonly spareConnections: number;
  readonly maxTargetChars: number;
  /** Request line and headers together, in bytes. */
  readonly maxHeadBytes: number;
  /** Below 2000: Node drops those beyond, and what is not seen cannot be refused. */
  readonly maxHeaders: number;
  readonly maxBodyBytes: number;
  /** From the first moment of a connection, or of a further request on it, to the end of its headers. */
  readonly headTimeoutMs: number;
  /** How often the time above is looked at. */
  readonly headCheckMs: number;
  /** A body may take as long as it likes while each of these spans brings `minBodyBytesPerSpan`. */
  readonly bodySpanMs: number;
  readonly minBodyBytesPerSpan: number;
  /** For how long a client that takes none of its answer is waited for: long enough for one that was paused. */
  readonly unreadAnswerMs: number;
  /** For how long what a refused client is still sending is read away, so that it gets to read why. */
  readonly lingerMs: number;
  readonly keepAliveMs: number;
}

export const serverLimits: ServerLimits = {
  maxConnections: 256,
  spareConnections: 64,
  maxTargetChars: 8 * 1024,
  maxHeadBytes: 64 * 1024,
  maxHeaders: 200,
  maxBodyBytes: 64 * 1024 * 1024,
  headTimeoutMs: 20_000,
  headCheckMs: 2_000,
  bodySpanMs: 30_000,
  minBodyBytesPerSpan: 16 * 1024,
  unreadAnswerMs: 15 * 60_000,
  lingerMs: 2_000,
  // Longer than clients keep idle connections, so that they never write into one that we just closed.
  keepAliveMs: 120_000,
};
