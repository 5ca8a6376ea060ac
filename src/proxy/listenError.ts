import { type Phrase, phrase, type Words } from './phrase';

/** Why a server cannot listen, as Node tells it: `listen EACCES: permission denied 127.0.0.1:80`. */
export function readListenError(error: unknown): {
  readonly code: string;
  readonly message: Words;
} {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  const [, told, reason = '', address] = listenPattern.exec(error.message) ?? [];
  const words = reasons.get(reason);
  if (told === undefined || address === undefined || words === undefined) {
    return { code, message: error.message };
  }
  return { code, message: phrase('listen {0}: {1} {2}', told, words, address) };
}

const listenPattern = /^listen (\w+): (.+) (\S+)$/;

/** Those of the system's that a person may meet; any other one is told as it is. */
const reasons: ReadonlyMap<string, Phrase> = new Map([
  ['permission denied', phrase('permission denied')],
  ['address already in use', phrase('address already in use')],
  ['address not available', phrase('address not available')],
]);
