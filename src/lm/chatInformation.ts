import * as vscode from 'vscode';
import type { ChatModel } from '../proxy/chatModels';

/**
 * VS Code 1.105 shows in its picker, without being told so by the person, only what says this of itself. Not in the stable
 * API; newer versions show every model.
 */
interface PickerHint {
  readonly isUserSelectable?: true;
}

/** How VS Code lists a model or a scenario. */
export function chatInformation(
  model: ChatModel,
): vscode.LanguageModelChatInformation & PickerHint {
  const maxOutputTokens = Math.min(model.maxOutput, longestAnswer, Math.floor(model.context / 4));
  return {
    id: model.id,
    name: nameOf(model),
    family: model.model ?? 'switchyard',
    version: '1',
    ...detailOf(model),
    tooltip: tooltipOf(model),
    // Prompt and answer share the window.
    maxInputTokens: model.context - maxOutputTokens,
    maxOutputTokens,
    // Single models are many: the person picks from them under Manage Models.
    ...(model.model === undefined ? { isUserSelectable: true } : {}),
    capabilities: { imageInput: model.images, toolCalling: model.tools },
  };
}

/** Room that is kept for an answer is lost for the prompt. */
const longestAnswer = 32_000;

function nameOf({ scenario, model }: ChatModel): string {
  if (scenario !== undefined) return vscode.l10n.t('Switchyard: {0}', scenario);
  return model ?? vscode.l10n.t('Switchyard (automatic)');
}

function detailOf({ scenario, label }: ChatModel): { readonly detail?: string } {
  if (scenario !== undefined) return { detail: vscode.l10n.t('scenario') };
  return label === undefined ? {} : { detail: label };
}

function tooltipOf({ id, scenario, model, chain = [] }: ChatModel): string {
  if (model !== undefined) return vscode.l10n.t('{0}, without any fallback.', id);
  const models = chain.join(' → ');
  return scenario === undefined
    ? vscode.l10n.t('Switchyard chooses the scenario of each request. Most go to: {0}', models)
    : vscode.l10n.t('The fallback chain of the scenario “{0}”: {1}', scenario, models);
}
