/** What one check came to. */
export interface Verdict {
  /** Short, for the head of its line. */
  readonly title: string;
  readonly state: CheckState;
  /** What is the case, and where; never a secret. */
  readonly sentence: string;
  /** What mends it, where something does. */
  readonly fix?: Fix;
}

/** `unknown`: it could not be found out. */
export const checkStates = ['problem', 'warning', 'unknown', 'ok'] as const;
export type CheckState = (typeof checkStates)[number];

/** What a button does. */
export type Fix =
  | { readonly kind: 'start' }
  | { readonly kind: 'setApiKey'; readonly credential?: string }
  | { readonly kind: 'openFile'; readonly path: string; readonly line: number }
  /** One of ours. */
  | { readonly kind: 'openSetting'; readonly setting: string }
  /** One of VS Code's own. */
  | { readonly kind: 'openHostSetting'; readonly setting: string }
  | { readonly kind: 'choosePort' }
  | { readonly kind: 'newTerminal' }
  | { readonly kind: 'refreshCatalogue' }
  | { readonly kind: 'resetHealth' }
  | { readonly kind: 'manageTrust' }
  | { readonly kind: 'showLog' };
