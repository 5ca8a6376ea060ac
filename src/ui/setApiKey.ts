import * as vscode from 'vscode';
import { render } from '../proxy/phrase';
import type { AnswerTo, CredentialReport, Question } from '../proxy/protocol';
import { type ApiKeys, assertNever, type Provider } from '../proxy/types';
import type { ProxyStatus } from '../proxyStatus';
import type { KeyAddresses } from './askKeyOrigin';
import { cleanKey, type KeySlot, keyFault, slotOwner, slotsOf } from './keySlots';
import { offerChains } from './offerChains';
import { plainMessage } from './plainMessage';
import { describeCredential } from './reportText';

/** What the key commands need of the rest; handed in by the composition root. */
export interface KeyAccess {
  readonly providers: () => Iterable<Provider>;
  readonly keys: {
    load(): Promise<ApiKeys>;
    store(credential: string, key: string): Promise<StoreOutcome>;
    keepForSession(credential: string, key: string): void;
    delete(credential: string): Promise<StoreOutcome>;
  };
  readonly consent: KeyAddresses & {
    /** Where the settings send the key of a slot. */
    inForce(credential: string): readonly string[];
    /** The key of a slot is about to be set for these origins alone. Returns how to take that back. */
    confirm(credential: string, origins: readonly string[]): () => void;
    forget(credential: string): void;
  };
  readonly proxy: {
    readonly status: ProxyStatus;
    /** Undefined when there was no answer. */
    ask<Asked extends Question>(
      question: Asked,
      signal?: AbortSignal,
    ): Promise<AnswerTo<Asked> | undefined>;
    /** The key was set, be it to the same value: the account may be mended. */
    keyConfirmed(credential: string): Promise<void>;
  };
}

export type StoreOutcome =
  | { readonly outcome: 'stored' }
  | { readonly outcome: 'failed'; readonly reason: string };

/** Asks for a key, checks it, stores it. `credential` skips the choice of the provider. */
export async function setApiKey(access: KeyAccess, credential: unknown): Promise<void> {
  const named = slotsOf(access.providers()).find((one) => one.credential === credential);
  const slot = named ?? (await pickSlot(access));
  if (slot === undefined) return;
  for (;;) {
    // Those that the person is shown: the settings may change while the key is typed.
    const origins = access.consent.inForce(slot.credential);
    const key = await askKey(slot, origins);
    if (key === undefined) return;
    const verdict = await checkKey(access, slot, key);
    if (verdict === 'again') continue;
    if (verdict !== 'cancelled') await save(access, { slot, key, origins }, verdict);
    return;
  }
}

interface SlotItem extends vscode.QuickPickItem {
  readonly slot: KeySlot;
}

async function pickSlot(access: KeyAccess): Promise<KeySlot | undefined> {
  const keys = await access.keys.load();
  const reports = credentialsOf(access);
  const items = slotsOf(access.providers()).flatMap((slot): SlotItem[] => {
    const { credential, provider } = slot;
    const report = reports.find((one) => one.credential === credential);
    // The demonstration's key slot is of interest only to those who try the demonstration.
    if (provider.isDemo === true && report === undefined) return [];
    const isSet = keys[credential] !== undefined;
    const state = report?.state ?? (isSet ? 'unused' : 'missing');
    const description = describeCredential(state, vscode.l10n.t);
    const label = slotOwner(slot, vscode.l10n.t);
    return [{ label, description, detail: new URL(provider.baseUrl).host, slot }];
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Switchyard: Set API Key'),
    placeHolder: vscode.l10n.t('Whose API key do you want to set?'),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  return picked?.slot;
}

function credentialsOf({ proxy: { status } }: KeyAccess): readonly CredentialReport[] {
  return status.state === 'running' ? (status.report?.credentials ?? []) : [];
}

async function askKey(slot: KeySlot, origins: readonly string[]): Promise<string | undefined> {
  const { keyPageUrl } = slot.provider;
  const label = slotOwner(slot, vscode.l10n.t);
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Switchyard: API key of {0}', label),
    prompt: keyPrompt(keyPageUrl, origins),
    placeHolder: vscode.l10n.t('Paste the API key'),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => keyFault(text, vscode.l10n.t),
  });
  return typed === undefined ? undefined : cleanKey(typed);
}

function keyPrompt(keyPageUrl: string | undefined, origins: readonly string[]): string {
  const kept = vscode.l10n.t('It is kept in VS Code’s secrets, never in settings or logs.');
  const sent = vscode.l10n.t('The key is sent to {0} only.', origins.join(', '));
  const got = keyPageUrl === undefined ? [] : [vscode.l10n.t('Get a key at {0}.', keyPageUrl)];
  return [...got, ...(origins.length === 0 ? [] : [sent]), kept].join(' ');
}

/** What is known of an accepted or unchecked key. */
interface Verdict {
  readonly message: string;
  readonly plan?: 'active' | 'missing' | undefined;
  readonly isRejected?: true;
}

/** `again`: the person wants to type another key. */
async function checkKey(
  access: KeyAccess,
  slot: KeySlot,
  key: string,
): Promise<'again' | 'cancelled' | Verdict> {
  const { provider } = slot;
  const label = slotOwner(slot, vscode.l10n.t);
  if (access.proxy.status.state !== 'running') {
    return {
      message: vscode.l10n.t(
        'The API key of {0} is stored. It was not checked, since the proxy is not running.',
        label,
      ),
    };
  }
  const cancel = new AbortController();
  const answer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Checking the API key with {0}…', label),
      cancellable: true,
    },
    (_progress, token) => {
      token.onCancellationRequested(() => cancel.abort());
      const question = { about: 'key', providerId: provider.id, key } as const;
      return access.proxy.ask(question, cancel.signal);
    },
  );
  if (cancel.signal.aborted) return 'cancelled';
  if (answer === undefined) {
    return {
      message: vscode.l10n.t(
        'The API key of {0} is stored. It was not checked: the check got no answer.',
        label,
      ),
    };
  }
  const { check } = answer;
  const said = plainMessage(render(check.message, vscode.l10n.t));
  switch (check.outcome) {
    case 'accepted': {
      const { plan } = check;
      if (plan === 'missing') return { message: said, plan };
      return { message: vscode.l10n.t('{0} New terminals use it.', said), plan };
    }
    case 'unknown':
      return { message: vscode.l10n.t('The API key is stored. {0}', said) };
    case 'rejected':
      return await offerRejected(label, said);
    default:
      return assertNever(check);
  }
}

async function offerRejected(
  label: string,
  said: string,
): Promise<'again' | 'cancelled' | Verdict> {
  const again = vscode.l10n.t('Try Again');
  const anyway = vscode.l10n.t('Save Anyway');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} It was not stored.', said),
    again,
    anyway,
  );
  if (choice === again) return 'again';
  if (choice !== anyway) return 'cancelled';
  const message = vscode.l10n.t('The API key is stored, although {0} rejected it.', label);
  return { message, isRejected: true };
}

interface TypedKey {
  readonly slot: KeySlot;
  readonly key: string;
  /** Where the person was told that it goes. */
  readonly origins: readonly string[];
}

async function save(
  access: KeyAccess,
  { slot, key, origins }: TypedKey,
  { message, plan, isRejected }: Verdict,
): Promise<void> {
  const { credential, provider } = slot;
  const label = slotOwner(slot, vscode.l10n.t);
  // First, or the key would be held back for a moment and the person be asked for what is just being answered.
  const takeBack = access.consent.confirm(credential, origins);
  const stored = await access.keys.store(credential, key);
  if (stored.outcome === 'stored') {
    await access.proxy.keyConfirmed(credential);
    const mayOffer = isRejected !== true;
    if (mayOffer && (await offerChains(access, { provider, plan, message }))) return;
    tell(access, credential, label, message);
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
  if (choice === session) {
    access.keys.keepForSession(credential, key);
    await access.proxy.keyConfirmed(credential);
  } else takeBack();
  if (choice === help) await vscode.env.openExternal(keyringHelp);
}

const keyringHelp = vscode.Uri.parse(
  'https://code.visualstudio.com/docs/configure/settings-sync#_troubleshooting-keychain-issues',
);

/** Not awaited: the command is done, whether or not somebody looks at the message. */
function tell(access: KeyAccess, credential: string, label: string, message: string): void {
  const reports = credentialsOf(access);
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
