import { type Phrase, phrase } from '../proxy/phrase';

/** Why `text` is no base URL that a key may be sent to; undefined when it is one. */
export function baseUrlFault(text: string): Phrase | undefined {
  // Not `URL.parse`, which Node 20 (the oldest for the standalone entry) does not have.
  if (!URL.canParse(text.trim())) return noAddress;
  const url = new URL(text.trim());
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return noAddress;
  }
  if (url.username !== '' || url.password !== '') {
    return phrase(
      'A base URL holds no user name or password; set the key with “Switchyard: Set API Key”.',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    return phrase('A base URL has no query and no fragment; parameters go into “query”.');
  }
  if (url.protocol === 'http:' && !isPrivateHost(url.hostname)) {
    return phrase(
      'Your requests must not travel in clear text; use https for hosts outside your network.',
    );
  }
  return undefined;
}

/** As URLs are compared: `https://LLM.example.com:443/v1/` and `https://llm.example.com/v1` are one. */
export function normalizedUrl(text: string): string {
  if (!URL.canParse(text.trim())) return text;
  const { origin, pathname } = new URL(text.trim());
  return (origin + pathname).replace(/\/+$/, '');
}

const noAddress = phrase('This is not an http or https address.');

/** Loopback, private address ranges and names that only a local resolver knows. */
function isPrivateHost(host: string): boolean {
  return (
    /^(127|10)\.\d+\.\d+\.\d+$/.test(host) ||
    /^192\.168\.\d+\.\d+$/.test(host) ||
    /^172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$/.test(host) ||
    // Carrier-grade range, used by mesh networks of one's own machines.
    /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/.test(host) ||
    /^\[(::1|f[cd][0-9a-f]{2}:.*)\]$/.test(host) ||
    /^[a-z0-9-]+$/i.test(host) ||
    /\.(localhost|local|internal|lan|home\.arpa|invalid|test)$/i.test(host)
  );
}
