import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ProxyStatus } from '../proxyStatus';
import { agreeAndWrite, tellCommand, textOf } from './agreeAndWrite';
import { changePiModels, piProviderText } from './piModels';

const command = 'pi --model switchyard/auto';

/** Shows the provider that pi needs and merges it into its `models.json` when the person agrees. */
export async function setUpPi(status: ProxyStatus): Promise<void> {
  if (status.state !== 'running') return;
  const { port, report } = status;
  const input = {
    port,
    context: report?.smallestContext,
    scenarios: report?.targets.flatMap((target) => target.scenarios) ?? [],
  };
  const file = vscode.Uri.joinPath(piFolder(), 'models.json');
  const present = await textOf(file);
  const change = changePiModels(present, input);
  if (change.kind === 'none') return tellCommand(command);
  await agreeAndWrite({
    file,
    question: questionFor(change, present, file.fsPath),
    change: piProviderText(input),
    text: change.kind === 'write' ? change.text : undefined,
    command,
  });
}

function questionFor(
  change: Exclude<ReturnType<typeof changePiModels>, { kind: 'none' }>,
  present: string | undefined,
  file: string,
): string {
  if (change.kind === 'unreadable') {
    return vscode.l10n.t(
      '{0} is not plain JSON and stays as it is. Copy this into “providers” yourself?',
      file,
    );
  }
  if (present === undefined) return vscode.l10n.t('Write {0} with this provider?', file);
  return change.isReplacement
    ? vscode.l10n.t('Replace the provider “switchyard” in {0}? All else in it stays.', file)
    : vscode.l10n.t('Add this provider to {0}? All else in it stays.', file);
}

/** As pi finds it, which reads `~` itself. */
function piFolder(): vscode.Uri {
  const own = process.env['PI_CODING_AGENT_DIR'] || '~/.pi/agent';
  return vscode.Uri.file(own.replace(/^~(?=$|[\\/])/, () => homedir()));
}
