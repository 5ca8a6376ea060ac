/** `vscode.l10n.t`, handed in so that what only makes texts runs without VS Code. */
export type { Translate } from '../proxy/phrase';
