import { type Phrase, phrase, render } from './phrase';
import { cleanForPerson } from './redact';
import { headerSafe } from './reply';
import { linkName } from './targetKeys';
import type { Route, Target } from './types';

/** Scenario, reason and chain in one line, for the log and for the client's header: in English for everybody. */
export function routeInWords({ scenario, reason, targets }: Route): string {
  const chain = targets.map(nameInWords).join(' > ') || 'none';
  return `scenario=${scenario} (${render(reason)}) chain=${chain}`;
}

/** A link of the chain that was left out, and why. */
export function skippedPhrase({ name, reason }: Route['skipped'][number]): Phrase {
  return phrase('{0}: {1}', cleanForPerson(name, maxNameChars), reason);
}

/** The same in English. */
export function skippedInWords(skipped: Route['skipped'][number]): string {
  return render(skippedPhrase(skipped));
}

/** The value of `x-switchyard-route`: the words of the log in one short line that every header may hold. */
export function routeHeader(route: Route): string {
  const skipped = route.skipped.map(skippedInWords).join('; ');
  const line = headerSafe(routeInWords(route) + (skipped === '' ? '' : ` skipped=${skipped}`));
  return line.length <= maxHeaderChars ? line : `${line.slice(0, maxHeaderChars - 3)}...`;
}

/** Long chains must not grow the head beyond what small HTTP clients read. */
const maxHeaderChars = 1_000;
export const maxNameChars = 120;

/** A client may ask for any name, of any length, with line breaks of its own. */
export function nameInWords(target: Target): string {
  return cleanForPerson(linkName(target), maxNameChars);
}
