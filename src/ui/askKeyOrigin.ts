import * as vscode from 'vscode';
import { builtInProviders, providerOfCredential } from '../proxy/providers';
import type { Provider } from '../proxy/types';
import { plainMessage } from './plainMessage';

/** A stored key and the address to which a changed setting would send it. */
export interface KeyOriginQuestion {
  readonly credential: string;
  readonly provider: Provider;
  readonly origin: string;
}

/** Asks whether a stored key may go to another address than it was set for; false unless the person agrees. */
export async function askKeyOrigin({
  credential,
  provider,
  origin,
}: KeyOriginQuestion): Promise<boolean> {
  const use = vscode.l10n.t('Use Key There');
  const settings = vscode.l10n.t('Open Settings');
  const message = vscode.l10n.t(
    'The setting switchyard.providers.{0} now points to {1}. Use the stored API key of {2} there? Until you agree it is held back.',
    provider.id,
    origin,
    providerOfCredential(builtInProviders, credential)?.label ?? credential,
  );
  const choice = await vscode.window.showWarningMessage(plainMessage(message), use, settings);
  if (choice === settings) {
    await vscode.commands.executeCommand('switchyard.openSettings', 'switchyard.providers');
  }
  return choice === use;
}

/** What decides where keys go; handed in by the composition root. */
export interface KeyAddresses {
  heldBack(): readonly KeyOriginQuestion[];
  ask(held: KeyOriginQuestion): Promise<void>;
}

/** Asks again for every key that is held back. */
export async function confirmKeyAddress(addresses: KeyAddresses): Promise<void> {
  const held = addresses.heldBack();
  if (held.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No API key is held back: each goes only to addresses that you agreed to.'),
    );
  }
  for (const one of held) await addresses.ask(one);
}
