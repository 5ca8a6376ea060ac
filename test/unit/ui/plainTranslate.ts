import type { Translate } from '../../../src/ui/translate';

/** English, as `vscode.l10n.t` gives it without a translation. */
export const plainTranslate: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (_whole, index: string) => String(values[Number(index)]));
