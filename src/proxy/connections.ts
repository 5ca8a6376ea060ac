import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Which connections are served, and what is under way on each. */
export interface Connections {
  opened(connection: Duplex): void;
  /** False where as many others are served as may be: its requests are refused, those of the others go on. */
  mayBeServed(connection: Duplex): boolean;
  /** From now until its end, this answer is under way. */
  answering(connection: Duplex, response: ServerResponse): void;
  /** True where nothing that was or will be sent on the connection could be mistaken for another answer. */
  mayBeAnswered(connection: Duplex): boolean;
}

export function createConnections(maxServed: number): Connections {
  const underWay = new WeakMap<Duplex, Set<ServerResponse>>();
  const served = new Set<Duplex>();
  const admit = (connection: Duplex): boolean => {
    if (served.has(connection)) return true;
    if (served.size >= maxServed || connection.destroyed) return false;
    served.add(connection);
    return true;
  };
  return {
    opened(connection) {
      admit(connection);
      connection.once('close', () => served.delete(connection));
    },
    // Another may have left since this one came.
    mayBeServed: admit,
    answering(connection, response) {
      const responses = underWay.get(connection) ?? new Set();
      underWay.set(connection, responses.add(response));
      response.once('close', () => responses.delete(response));
    },
    mayBeAnswered(connection) {
      const responses = [...(underWay.get(connection) ?? [])];
      return responses.every(({ headersSent, req }) => !headersSent && !req.complete);
    },
  };
}
