import * as vscode from 'vscode';
import { type ChainOwner, chainOwners, defaultChainOwner } from '../proxy/chainOwners';
import { maxChainLength } from '../proxy/scenarioNames';
import { assertNever, type Provider } from '../proxy/types';
import { chainOffer } from './chainOffer';
import { plainMessage } from './plainMessage';
import type { KeyAccess } from './setApiKey';

/** The key that was set, as far as it matters for what is offered. */
export interface SetKey {
  readonly provider: Provider;
  readonly plan: 'active' | 'missing' | undefined;
  /** What is told of it in any case. */
  readonly message: string;
}

/**
 * Tells that a key was set and, where the chains in force cannot use it, offers those that can. Nothing that is charged
 * is chosen but by a button that says so. False when there was nothing to offer, and nothing was told.
 */
export async function offerChains(access: KeyAccess, key: SetKey): Promise<boolean> {
  const chains = chainsInForce();
  const keys = await access.keys.load();
  const owner = [...access.providers()].find(({ id }) => id === chains);
  const offer = chainOffer({
    provider: key.provider,
    plan: key.plan,
    chains,
    hasOwnDefault: hasOwn(configuration().get<unknown>('scenarios'), 'default'),
    isServed: owner?.credentials.some((credential) => keys[credential] !== undefined) === true,
  });
  switch (offer.kind) {
    case 'none':
      return false;
    case 'noPlan':
      await offerZen(key);
      return true;
    case 'chains':
      await offerOwn(key, offer.owner);
      return true;
    case 'models':
      await offerModels(access, key);
      return true;
    default:
      return assertNever(offer);
  }
}

const goPage = vscode.Uri.parse('https://opencode.ai/go');

async function offerZen({ message }: SetKey): Promise<void> {
  const use = vscode.l10n.t('Use Zen (Pay as You Go)');
  const subscribe = vscode.l10n.t('Subscribe to Go');
  const hint = vscode.l10n.t(
    'The built-in chains need that plan. OpenCode Zen needs none: each request is charged to the balance of your account.',
  );
  const choice = await ask(`${message} ${hint}`, use, subscribe);
  if (choice === use) await useChains('opencode-zen', 'OpenCode Zen');
  if (choice === subscribe) await vscode.env.openExternal(goPage);
}

async function offerOwn({ message, provider }: SetKey, owner: ChainOwner): Promise<void> {
  const isGo = owner === 'opencode-go';
  const label = isGo ? 'OpenCode Go' : provider.label;
  const use = vscode.l10n.t('Use {0}', label);
  const hint = isGo
    ? vscode.l10n.t('The built-in scenarios use other models now. Use those of your plan?')
    : vscode.l10n.t(
        'No scenario uses its models yet. {0} charges your account for each request.',
        label,
      );
  if ((await ask(`${message} ${hint}`, use)) === use) await useChains(owner, label);
}

async function useChains(owner: ChainOwner, label: string): Promise<void> {
  await configuration().update('chains', owner, vscode.ConfigurationTarget.Global);
  const message = vscode.l10n.t('The built-in scenarios use the models of {0}.', label);
  tellSetting(message, 'switchyard.chains');
}

/** Nobody but the person knows which of a gateway's models are meant, and what they cost. */
async function offerModels(access: KeyAccess, { message, provider }: SetKey): Promise<void> {
  const choose = vscode.l10n.t('Choose Models');
  const hint = vscode.l10n.t('No scenario uses its models yet.');
  if ((await ask(`${message} ${hint}`, choose)) !== choose) return;
  const answer = await access.proxy.ask({ about: 'models', providerId: provider.id });
  const models = answer?.models ?? [];
  if (models.length === 0) {
    const none = vscode.l10n.t(
      '{0} does not tell its models; write those you want as “{1}/model” into switchyard.scenarios.',
      provider.label,
      provider.id,
    );
    tellSetting(none, 'switchyard.scenarios');
    return;
  }
  const picked = await vscode.window.showQuickPick([...models], {
    title: vscode.l10n.t('Switchyard: Models of {0}', provider.label),
    placeHolder: vscode.l10n.t('Which ones may answer, in this order?'),
    canPickMany: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined || picked.length === 0) return;
  const chain = picked.slice(0, maxChainLength).map((model) => `${provider.id}/${model}`);
  const own = configuration().inspect<Record<string, unknown>>('scenarios')?.globalValue ?? {};
  const scenarios = { ...own, default: { models: chain } };
  await configuration().update('scenarios', scenarios, vscode.ConfigurationTarget.Global);
  const done = vscode.l10n.t('Every request goes to {0}.', chain.join(', '));
  tellSetting(done, 'switchyard.scenarios');
}

/** A question that can be closed without an answer, and says so. */
async function ask(message: string, ...actions: readonly string[]): Promise<string | undefined> {
  const later = vscode.l10n.t('Not Now');
  return await vscode.window.showInformationMessage(plainMessage(message), ...actions, later);
}

/** Not awaited: the command is done, whether or not somebody looks at the message. */
function tellSetting(message: string, setting: string): void {
  const open = vscode.l10n.t('Open Settings');
  void vscode.window.showInformationMessage(plainMessage(message), open).then((choice) => {
    if (choice === open) void vscode.commands.executeCommand('switchyard.openSettings', setting);
  });
}

function chainsInForce(): ChainOwner {
  const value = configuration().get<unknown>('chains');
  return chainOwners.find((owner) => owner === value) ?? defaultChainOwner;
}

function configuration(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('switchyard');
}

function hasOwn(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}
