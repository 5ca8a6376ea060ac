import * as vscode from 'vscode';
import type { ModelReport, ScenarioReport } from '../proxy/protocol';
import { builtInScenarioNames, maxChainLength } from '../proxy/scenarioNames';
import { afterTicks, chainInWords, modelInWords } from './scenarioText';

interface ModelItem extends vscode.QuickPickItem {
  readonly name: string;
}

/**
 * Lets a person tick the models of a chain; the order of the ticks is that of the chain, and the title shows it. Undefined
 * when they leave it as it is; `builtIn`: the chain that came with this version.
 */
export async function chooseChain(
  scenario: ScenarioReport,
  models: readonly ModelReport[],
): Promise<readonly string[] | 'builtIn' | undefined> {
  const pick = vscode.window.createQuickPick<ModelItem>();
  pick.items = itemsOf(scenario, models);
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.placeholder = vscode.l10n.t('Tick models in the order in which they shall be tried');
  pick.selectedItems = pick.items.filter(({ name }) => scenario.models.includes(name));
  const hasBuiltIn = builtInScenarioNames.some((name) => name === scenario.name);
  const reset = {
    iconPath: new vscode.ThemeIcon('discard'),
    tooltip: vscode.l10n.t('Back to the built-in models'),
  };
  if (scenario.isUsers && hasBuiltIn) pick.buttons = [reset];
  let chain = scenario.models;
  const showChain = (): void => {
    pick.title = `${scenario.name}: ${chainInWords(chain)}`;
  };
  showChain();
  try {
    return await new Promise((resolve) => {
      pick.onDidChangeSelection((selected) => {
        chain = afterTicks(
          chain,
          selected.map(({ name }) => name),
        );
        showChain();
      });
      pick.onDidTriggerButton(() => resolve('builtIn'));
      pick.onDidAccept(() => {
        const isSame = chain.join('\n') === scenario.models.join('\n');
        resolve(isSame || chain.length === 0 ? undefined : chain.slice(0, maxChainLength));
      });
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

/** The chain first, as it is; then everything else by provider. */
function itemsOf(scenario: ScenarioReport, models: readonly ModelReport[]): readonly ModelItem[] {
  const inChain = scenario.models.flatMap((name) => models.find((one) => one.name === name) ?? []);
  const others = models.filter(({ name }) => !scenario.models.includes(name));
  const heading = (label: string): ModelItem => ({
    label,
    name: '',
    kind: vscode.QuickPickItemKind.Separator,
  });
  const itemOf = (model: ModelReport): ModelItem => ({
    label: model.name,
    description: modelInWords(model, vscode.l10n.t),
    name: model.name,
  });
  const byProvider = [...new Set(others.map(({ provider }) => provider))].flatMap((provider) => [
    heading(provider),
    ...others.filter((one) => one.provider === provider).map(itemOf),
  ]);
  return [heading(vscode.l10n.t('In this chain')), ...inChain.map(itemOf), ...byProvider];
}
