import { redact } from '../proxy/redact';

/** What must not be in a text that a person is about to publish. */
export interface PrivateWords {
  /** API keys and access tokens. */
  readonly secrets: readonly string[];
  /** The home folder. */
  readonly home: string;
  readonly userName: string;
  readonly machineName: string;
  /** Names of the person's own gateways and HTTP proxies, with or without a port. */
  readonly hosts: readonly string[];
}

/** Takes everything private out of a text: secrets, names of person and machine, addresses of their own. */
export function withoutPrivate(text: string, words: PrivateWords): string {
  const { home, hosts, machineName, secrets, userName } = words;
  let result = redact(text, secrets);
  // The same folder as an address and as Windows writes it.
  for (const form of [home, home.replaceAll('\\', '/')]) {
    if (form.length > 1) result = result.replaceAll(form, '~');
  }
  for (const host of longestFirst(hosts)) result = replaceWord(result, host, '[host]');
  result = result.replace(/([\\/](?:home|Users)[\\/])[^\\/\s:"'`]+/g, '$1[user]');
  result = replaceWord(result, userName, '[user]');
  result = replaceWord(result, machineName, '[machine]');
  // A login within an address, wherever it comes from.
  return result.replace(/(\w+:\/\/)[^\s/@]+@/g, '$1[redacted]@');
}

/** Names of accounts that every other machine has tell nothing, and stand in ordinary text. */
const commonNames: ReadonlySet<string> = new Set(['root', 'node', 'code', 'user', 'localhost']);
const minNameLength = 3;

function replaceWord(text: string, word: string, replacement: string): string {
  if (word.length < minNameLength || commonNames.has(word.toLowerCase())) return text;
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'gi'), replacement);
}

function longestFirst(words: readonly string[]): readonly string[] {
  return [...words].sort((a, b) => b.length - a.length);
}

/** Hosts that tell nothing of a person: those of this machine. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[?::1\]?)(?::\d+)?$/i.test(host);
}
