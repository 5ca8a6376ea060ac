import type { Provider } from './types';

/** Where a header of the settings holds the API key. */
export const keyMark = `\${credential}`;

/** The URL of one call: the base URL, a path that may have a query of its own, and the query of the settings. */
export function urlOf({ baseUrl, query = {} }: Provider, path: string): string {
  const added = new URLSearchParams(Object.entries(query)).toString();
  if (added === '') return baseUrl + path;
  return `${baseUrl}${path}${path.includes('?') ? '&' : '?'}${added}`;
}

/** The headers of the settings, which win over all others; one that wants a key is left out where there is none. */
export function settingsHeaders(
  { headers = {} }: Provider,
  apiKey: string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (!value.includes(keyMark)) return [[name, value]];
      return apiKey === undefined ? [] : [[name, value.replaceAll(keyMark, apiKey)]];
    }),
  );
}

/** True when a header of the settings carries the key, so that it goes nowhere else. */
export function placesKey({ headers = {} }: Provider): boolean {
  return Object.values(headers).some((value) => value.includes(keyMark));
}
