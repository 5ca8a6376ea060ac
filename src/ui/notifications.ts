import * as vscode from 'vscode';
import { momentInWords, render, type Words } from '../proxy/phrase';
import type { PlanUsage, PlanWindow } from '../proxy/planUsage';
import type { Notice, NoticeButton } from '../proxy/protocol';
import type { ProxyStatus } from '../proxyStatus';
import type { CommandId } from './commands';
import { keyOwner } from './keySlots';
import { noticeCause } from './noticeCause';
import { plainMessage } from './plainMessage';
import { describeFailure } from './statusPresentation';
import { windowInWords } from './usageText';

/** A button and what it does. */
interface Action {
  readonly label: string;
  readonly run: () => unknown;
}

/** What the person is told without having asked. One notification for one cause at a time. */
export class Notifications {
  readonly #open = new Set<string>();

  /** The worker sends each notice once per cause; here only the same one twice at a time is refused. */
  showNotice(notice: Notice): void {
    const actions = notice.buttons.flatMap((button) => noticeAction(button, notice) ?? []);
    void this.#show(
      noticeCause(notice),
      plainMessage(render(notice.message, vscode.l10n.t)),
      actions,
    );
  }

  showInvalidSettings(
    problems: readonly {
      readonly setting: string;
      readonly path: string;
      readonly message: Words;
    }[],
  ): void {
    const [first] = problems;
    if (first === undefined) return;
    const fault = render(first.message, vscode.l10n.t);
    const message =
      problems.length === 1
        ? vscode.l10n.t(
            'The setting {0} is not valid: {1} Its last good value stays in force.',
            first.path,
            fault,
          )
        : vscode.l10n.t(
            '{0} faults in the settings; the last good values stay in force. The first, in {1}: {2}',
            problems.length,
            first.path,
            fault,
          );
    void this.#show('invalidSettings', plainMessage(message), [
      openSetting(vscode.l10n.t('Open Settings'), first.setting),
      command(vscode.l10n.t('Show Log'), 'switchyard.showLog'),
    ]);
  }

  showPlanUsage(plan: PlanUsage, window: PlanWindow): void {
    const used = vscode.l10n.t(
      '{0} % of the {1} limit of {2} is used.',
      Math.round(window.percent),
      windowInWords(window, vscode.l10n.t),
      keyOwner(plan.label, plan.credential, vscode.l10n.t),
    );
    const { resetsAt } = window;
    const message =
      resetsAt === undefined
        ? used
        : vscode.l10n.t('{0} It resets on {1}.', used, momentInWords(resetsAt, vscode.l10n.t));
    void this.#show(`planUsage ${plan.plan} ${window.name}`, plainMessage(message), [
      command(vscode.l10n.t('Show Usage'), 'switchyard.showUsage'),
      openSetting(vscode.l10n.t('Open Settings'), 'switchyard.warnAtPlanUsage'),
    ]);
  }

  showCrash({ willRestart }: { readonly willRestart: boolean }): void {
    // The end of the restarts is told as the failure that it is.
    if (!willRestart) return;
    const message = vscode.l10n.t(
      'The Switchyard proxy ended by itself and was started again. Requests that were running have failed.',
    );
    void this.#show('crash', message, [command(vscode.l10n.t('Show Log'), 'switchyard.showLog')]);
  }

  showFailure(reason: Extract<ProxyStatus, { state: 'failed' }>['reason']): void {
    const sentence = describeFailure(reason, vscode.l10n.t);
    const message = vscode.l10n.t('Switchyard is not running. {0}', sentence);
    const mend =
      reason.kind === 'portTaken'
        ? openSetting(vscode.l10n.t('Choose Port'), 'switchyard.port')
        : command(vscode.l10n.t('Start'), 'switchyard.start');
    void this.#show('failed', plainMessage(message), [
      mend,
      command(vscode.l10n.t('Show Log'), 'switchyard.showLog'),
    ]);
  }

  async #show(cause: string, message: string, actions: readonly Action[]): Promise<void> {
    if (this.#open.has(cause)) return;
    this.#open.add(cause);
    try {
      const labels = actions.map(({ label }) => label);
      const chosen = await vscode.window.showWarningMessage(message, ...labels);
      this.#open.delete(cause);
      await actions.find(({ label }) => label === chosen)?.run();
    } finally {
      this.#open.delete(cause);
    }
  }
}

function noticeAction(button: NoticeButton, notice: Notice): Action | undefined {
  switch (button) {
    case 'setApiKey':
      return command(vscode.l10n.t('Set API Key'), 'switchyard.setApiKey', notice.credential);
    case 'showLog':
      return command(vscode.l10n.t('Show Log'), 'switchyard.showLog');
    case 'openLink':
      return linkAction(notice.link);
  }
}

/** Only https: the link may come from an upstream. */
function linkAction(link: string | undefined): Action | undefined {
  if (link === undefined || !URL.canParse(link) || new URL(link).protocol !== 'https:') {
    return undefined;
  }
  const uri = vscode.Uri.parse(link, true);
  return { label: vscode.l10n.t('Open Page'), run: () => vscode.env.openExternal(uri) };
}

function command(label: string, id: CommandId, ...values: readonly string[]): Action {
  return { label, run: () => vscode.commands.executeCommand(id, ...values) };
}

function openSetting(label: string, setting: string): Action {
  return {
    label,
    run: () => vscode.commands.executeCommand('switchyard.openSettings', setting),
  };
}
