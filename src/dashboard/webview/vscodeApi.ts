import * as z from 'zod/mini';
import type { PageMessage } from '../messages';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** What outlives the page while its tab is hidden, and a reload of the window. */
const stateSchema = z.object({
  selected: z.exactOptional(z.string()),
  hasOwnAxes: z.exactOptional(z.boolean()),
});
export type PageState = z.infer<typeof stateSchema>;

// A page may ask for it only once.
const api = acquireVsCodeApi();

export function send(message: PageMessage): void {
  api.postMessage(message);
}

export function readState(): PageState {
  return stateSchema.safeParse(api.getState()).data ?? {};
}

export function keepState(state: PageState): void {
  api.setState(state);
}
