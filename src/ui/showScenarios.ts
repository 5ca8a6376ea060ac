import * as vscode from 'vscode';
import type { ScenarioConditions } from '../proxy/conditions';
import type { ModelReport, ScenarioOverview, ScenarioReport } from '../proxy/protocol';
import { chooseChain } from './chooseChain';
import { plainMessage } from './plainMessage';
import { chainInWords, inReadingOrder, whenInWords } from './scenarioText';
import type { KeyAccess } from './setApiKey';

export interface ScenarioAccess extends Pick<KeyAccess, 'proxy'> {
  /** The scenarios of the settings, as far as they have rules of their own. */
  readonly ownScenarios: () => Readonly<
    Record<string, { readonly when?: ScenarioConditions | undefined }>
  >;
}

interface ScenarioItem extends vscode.QuickPickItem {
  readonly scenario?: ScenarioReport;
  readonly run?: () => Thenable<unknown>;
}

/** The scenarios with their chains; the one that is chosen gets the models that the person ticks, in that order. */
export async function showScenarios(access: ScenarioAccess): Promise<void> {
  const overview = (await access.proxy.ask({ about: 'scenarios' }))?.overview;
  if (overview === undefined) return tellNoAnswer();
  const picked = await vscode.window.showQuickPick(itemsOf(overview, access), {
    title: vscode.l10n.t('Switchyard: Scenarios'),
    placeHolder: vscode.l10n.t('Choose a scenario to give it other models'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  await picked?.run?.();
  const scenario = picked?.scenario;
  if (scenario === undefined) return;
  const choice = await chooseChain(scenario, offered(overview.models));
  if (choice !== undefined) await saveChain(scenario.name, choice);
}

function itemsOf(overview: ScenarioOverview, access: ScenarioAccess): readonly ScenarioItem[] {
  const own = access.ownScenarios();
  const scenarios = inReadingOrder(overview.scenarios).map((scenario): ScenarioItem => {
    const { name, models } = scenario;
    return {
      label: `$(list-ordered) ${name}`,
      description: whenInWords(name, own[name]?.when, vscode.l10n.t),
      detail: chainInWords(models),
      scenario,
    };
  });
  const section = (isUsers: boolean, label: string): readonly ScenarioItem[] => {
    const items = scenarios.filter(({ scenario }) => scenario?.isUsers === isUsers);
    const heading = { label, kind: vscode.QuickPickItemKind.Separator };
    return items.length === 0 ? [] : [heading, ...items];
  };
  return [
    ...section(true, vscode.l10n.t('Your own')),
    ...section(false, vscode.l10n.t('Built in')),
    { label: vscode.l10n.t('Settings'), kind: vscode.QuickPickItemKind.Separator },
    {
      label: `$(arrow-swap) ${vscode.l10n.t('Use another provider’s models')}`,
      description: vscode.l10n.t('for all built-in scenarios'),
      run: () => openSetting('switchyard.chains'),
    },
    {
      label: `$(gear) ${vscode.l10n.t('Write rules of your own')}`,
      description: vscode.l10n.t('in the settings'),
      run: () => openSetting('switchyard.scenarios'),
    },
  ];
}

/** What can be asked comes first. */
function offered(models: readonly ModelReport[]): readonly ModelReport[] {
  return [...models].sort((a, b) => Number(b.isProvided) - Number(a.isProvided));
}

/** Writes the chain where the scenario is written already, else into the person's own settings. */
async function saveChain(name: string, choice: readonly string[] | 'builtIn'): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('switchyard');
  const values = configuration.inspect<unknown>('scenarios');
  const ofWorkspace = recordOf(values?.workspaceValue);
  const isWorkspaces = Object.hasOwn(ofWorkspace, name);
  const { [name]: entry, ...others } = isWorkspaces ? ofWorkspace : recordOf(values?.globalValue);
  const scenarios =
    choice === 'builtIn' ? others : { ...others, [name]: { ...recordOf(entry), models: choice } };
  const target = isWorkspaces
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  const isEmpty = Object.keys(scenarios).length === 0;
  await configuration.update('scenarios', isEmpty ? undefined : scenarios, target);
  const message =
    choice === 'builtIn'
      ? vscode.l10n.t('The scenario {0} has its built-in models again.', name)
      : vscode.l10n.t('The scenario {0} is now served by {1}.', name, chainInWords(choice));
  const open = vscode.l10n.t('Open Settings');
  // Not awaited: the command is done, whether or not somebody looks at the message.
  void vscode.window.showInformationMessage(plainMessage(message), open).then((picked) => {
    if (picked === open) void openSetting('switchyard.scenarios');
  });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function openSetting(name: string): Thenable<unknown> {
  return vscode.commands.executeCommand('switchyard.openSettings', name);
}

async function tellNoAnswer(): Promise<void> {
  const start = vscode.l10n.t('Start');
  const message = vscode.l10n.t('The scenarios are known to the proxy, which is not running.');
  const choice = await vscode.window.showInformationMessage(message, start);
  if (choice === start) await vscode.commands.executeCommand('switchyard.start');
}
