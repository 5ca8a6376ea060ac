import * as vscode from 'vscode';
import type { CredentialReport, KeyCheck } from '../proxy/protocol';
import { providerOfCredential } from '../proxy/providers';
import type { Provider } from '../proxy/types';
import { cleanKey, keyFault, slotsOf } from './keySlots';
import { describeCredential } from './reportText';

/** What the key commands need of the rest; handed in by the composition root. */
export interface KeyActions {
  readonly providers: () => Iterable<Provider>;
  readonly hasKey: (credential: string) => boolean;
  /** What the running proxy says of the key slots that its chains use. */
  readonly credentials: () => readonly CredentialReport[];
  readonly isRunning: () => boolean;
  /** Undefined when there was no answer. */
  readonly checkKey: (
    providerId: string,
    key: string,
    signal: AbortSignal,
  ) => Promise<KeyCheck | undefined>;
  readonly store: (credential: string, key: string) => Promise<StoreOutcome>;
  readonly keepForSession: (credential: string, key: string) => void;
  readonly delete: (credential: string) => Promise<StoreOutcome>;
}

export type StoreOutcome =
  | { readonly outcome: 'stored' }
  | { readonly outcome: 'failed'; readonly reason: string };

/** Asks for a key, checks it, stores it. `credential` skips the choice of the provider. */
export async function setApiKey(actions: KeyActions, credential: unknown): Promise<void> {
  const named =
    typeof credential === 'string'
      ? providerOfCredential(actions.providers(), credential)
      : undefined;
  const provider = named ?? (await pickProvider(actions));
  if (provider === undefined) return;
  for (;;) {
    const key = await askKey(provider);
    if (key === undefined) return;
    const verdict = await checkKey(actions, provider, key);
    if (verdict === 'again') continue;
    if (verdict !== 'cancelled') await save(actions, provider, key, verdict.message);
    return;
  }
}

interface ProviderItem extends vscode.QuickPickItem {
  readonly provider: Provider;
}

async function pickProvider(actions: KeyActions): Promise<Provider | undefined> {
  const items = slotsOf(actions.providers()).map(
    (provider): ProviderItem => ({
      label: provider.label,
      description: describeSlot(actions, provider.credential),
      detail: new URL(provider.baseUrl).host,
      provider,
    }),
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Switchyard: Set API Key'),
    placeHolder: vscode.l10n.t('Whose API key do you want to set?'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  return picked?.provider;
}

function describeSlot(actions: KeyActions, credential: string): string {
  const report = actions.credentials().find((candidate) => candidate.credential === credential);
  if (report !== undefined) return describeCredential(report.state, vscode.l10n.t);
  return actions.hasKey(credential) ? vscode.l10n.t('API key set') : vscode.l10n.t('no API key');
}

async function askKey(provider: Provider): Promise<string | undefined> {
  const { label, keyPageUrl } = provider;
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Switchyard: API key of {0}', label),
    prompt:
      keyPageUrl === undefined
        ? vscode.l10n.t('The key is kept in VS Code’s secrets, never in settings or logs.')
        : vscode.l10n.t(
            'Get a key at {0}. It is kept in VS Code’s secrets, never in settings or logs.',
            keyPageUrl,
          ),
    placeHolder: vscode.l10n.t('Paste the API key'),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => keyFault(text, vscode.l10n.t),
  });
  return typed === undefined ? undefined : cleanKey(typed);
}

/** `again`: the person wants to type another key. `message` tells what is known of an accepted or unchecked key. */
async function checkKey(
  actions: KeyActions,
  provider: Provider,
  key: string,
): Promise<'again' | 'cancelled' | { readonly message: string }> {
  const { label } = provider;
  if (!actions.isRunning()) {
    return {
      message: vscode.l10n.t(
        'The API key of {0} is stored. It was not checked, since the proxy is not running.',
        label,
      ),
    };
  }
  const cancel = new AbortController();
  const check = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Checking the API key with {0}…', label),
      cancellable: true,
    },
    (_progress, token) => {
      token.onCancellationRequested(() => cancel.abort());
      return actions.checkKey(provider.id, key, cancel.signal);
    },
  );
  if (cancel.signal.aborted) return 'cancelled';
  if (check === undefined) {
    return {
      message: vscode.l10n.t(
        'The API key of {0} is stored. It was not checked: the check got no answer.',
        label,
      ),
    };
  }
  switch (check.outcome) {
    case 'accepted':
      return {
        message: vscode.l10n.t(
          '{0} accepted the API key. It is stored; open a new terminal to use it.',
          label,
        ),
      };
    case 'unknown':
      return {
        message: vscode.l10n.t(
          'The API key of {0} is stored, but not checked: {1}',
          label,
          check.message,
        ),
      };
    case 'rejected':
      return await offerRejected(label);
  }
}

async function offerRejected(
  label: string,
): Promise<'again' | 'cancelled' | { readonly message: string }> {
  const again = vscode.l10n.t('Try Again');
  const anyway = vscode.l10n.t('Save Anyway');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} rejected the API key. It was not stored.', label),
    again,
    anyway,
  );
  if (choice === again) return 'again';
  if (choice !== anyway) return 'cancelled';
  return { message: vscode.l10n.t('The API key is stored, although {0} rejected it.', label) };
}

async function save(
  actions: KeyActions,
  { credential, label }: Provider,
  key: string,
  message: string,
): Promise<void> {
  const stored = await actions.store(credential, key);
  if (stored.outcome === 'stored') {
    tell(actions, credential, label, message);
    return;
  }
  const session = vscode.l10n.t('Use for This Session');
  const help = vscode.l10n.t('Keyring Help');
  const choice = await vscode.window.showErrorMessage(
    vscode.l10n.t(
      'VS Code could not store the API key of {0}: {1} The system’s keyring may be missing or locked.',
      label,
      asSentence(stored.reason),
    ),
    session,
    help,
  );
  if (choice === session) actions.keepForSession(credential, key);
  if (choice === help) await vscode.env.openExternal(keyringHelp);
}

const keyringHelp = vscode.Uri.parse(
  'https://code.visualstudio.com/docs/configure/settings-sync#_troubleshooting-keychain-issues',
);

/** Not awaited: the command is done, whether or not somebody looks at the message. */
function tell(actions: KeyActions, credential: string, label: string, message: string): void {
  const reports = actions.credentials();
  const isUsed = reports.length === 0 || reports.some((one) => one.credential === credential);
  if (isUsed) {
    void vscode.window.showInformationMessage(message);
    return;
  }
  const open = vscode.l10n.t('Open Settings');
  const hint = vscode.l10n.t(
    'No scenario uses a model of {0} yet; add one to switchyard.scenarios.',
    label,
  );
  void vscode.window.showInformationMessage(`${message} ${hint}`, open).then((choice) => {
    if (choice === open) {
      void vscode.commands.executeCommand('switchyard.openSettings', 'switchyard.scenarios');
    }
  });
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
