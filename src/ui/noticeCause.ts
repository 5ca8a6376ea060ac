import type { Notice } from '../proxy/protocol';

/** Notices with the same text are one: two plans of one key are two, each with its own reset. */
export function noticeCause({ kind, credential, providerId, message }: Notice): string {
  return JSON.stringify([kind, credential, providerId, message]);
}
