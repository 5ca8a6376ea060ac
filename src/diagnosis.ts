import * as vscode from 'vscode';
import type { AllSettings, SettingProblem } from './config/schema';
import type { ProxyController } from './controller';
import { runChecks, type Sources } from './diagnose/checks';
import { diagnosticsText } from './diagnose/diagnosticsText';
import { memberOf } from './diagnose/members';
import { whoAnswers, whoListens } from './diagnose/probes';
import { DiagnosePick } from './diagnose/window/diagnosePick';
import {
  claudeFacts,
  openTerminals,
  restrictedSettings,
  terminalSettings,
} from './diagnose/window/windowFacts';
import { about, httpProxy, privateWords } from './diagnosisReport';
import { once } from './proxy/once';
import { english } from './proxy/phrase';
import type { ApiKeys } from './proxy/types';
import { portOf } from './terminal/agentEnvironment';

/** What the checks look at. */
export interface DiagnosisParts {
  readonly context: Pick<vscode.ExtensionContext, 'environmentVariableCollection' | 'extension'>;
  readonly proxy: ProxyController;
  readonly settings: () => AllSettings;
  readonly settingProblems: () => readonly SettingProblem[];
  readonly keys: { load(): Promise<ApiKeys> };
  /** The last lines of the log. */
  readonly logLines: () => readonly string[];
}

export interface Diagnosis extends vscode.Disposable {
  /** Shows the list; resolves when all checks have run. */
  show(): Promise<void>;
  /** Puts a report without secrets on the clipboard. */
  copy(): Promise<void>;
  /** The state of the proxy may have changed: whoever looks at the list sees it checked again. */
  statusChanged(): void;
}

/** Everything of `Diagnose`. In a bundle of its own, loaded when somebody asks for it. */
export function createDiagnosis(parts: DiagnosisParts): Diagnosis {
  const { t } = vscode.l10n;
  const pick = new DiagnosePick({
    run: (onProgress) => runChecks(sourcesOf(parts), t, onProgress),
    copy,
  });
  let shown = gist(parts.proxy);

  async function copy(): Promise<void> {
    // The report is for those who read issues.
    const findings = await runChecks(sourcesOf(parts), english);
    const text = diagnosticsText(
      {
        about: about(parts),
        verdicts: findings.flatMap(({ verdicts }) => verdicts),
        status: parts.proxy.status,
        logLines: parts.logLines(),
      },
      await privateWords(parts),
    );
    await vscode.env.clipboard.writeText(text);
    void vscode.window.showInformationMessage(
      t(
        'Diagnostics copied: a report without keys, prompts, answers or names. Paste it into an issue.',
      ),
    );
  }

  return {
    show: () => pick.show(),
    copy,
    statusChanged() {
      const now = gist(parts.proxy);
      if (now === shown) return;
      shown = now;
      void pick.refresh();
    },
    dispose: () => pick.dispose(),
  };
}

/** What of the status a verdict may hang on; figures of single requests are not. */
function gist({ status }: ProxyController): string {
  if (status.state !== 'running') return status.state;
  const keys = status.report?.credentials.map(({ credential, state }) => `${credential} ${state}`);
  return JSON.stringify([status.port, status.report?.usable, keys]);
}

function sourcesOf(parts: DiagnosisParts): Sources {
  const { context, proxy } = parts;
  const { status } = proxy;
  const settings = parts.settings();
  const port = status.state === 'running' ? status.port : undefined;
  const variables = injectedVariables(context.environmentVariableCollection);
  const injected = Object.keys(variables);
  const taken =
    status.state === 'failed' && status.reason.kind === 'portTaken'
      ? status.reason.port
      : undefined;
  return {
    status,
    configuredPort: settings.port,
    hasHttpProxy: httpProxy() !== undefined,
    portAnswer: async () => (port === undefined ? undefined : whoAnswers(port)),
    portHolder: async () => (taken === undefined ? undefined : whoListens(taken)),
    terminals: async () => ({
      injectsEnvironment: settings.injectEnvironment,
      injected,
      injectedPort: portOf(variables),
      open: await openTerminals(),
      ...terminalSettings(),
    }),
    claude: once(() => claudeFacts(port, injected)),
    settings: async () => ({
      problems: parts.settingProblems(),
      isTrusted: vscode.workspace.isTrusted,
      restricted: await restrictedSettings(restrictedNames(context.extension.packageJSON)),
    }),
    reach: once(async () => (await proxy.ask({ about: 'reach' }))?.providers),
    catalogue: () => ({
      catalogue: status.state === 'running' ? status.report?.catalogue : undefined,
      refresh: settings.catalogueRefresh,
      now: Date.now(),
    }),
  };
}

function injectedVariables(
  collection: vscode.EnvironmentVariableCollection,
): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  collection.forEach((name, { value }) => {
    variables[name] = value;
  });
  return variables;
}

function restrictedNames(manifest: unknown): readonly string[] {
  const names = memberOf(
    memberOf(memberOf(manifest, 'capabilities'), 'untrustedWorkspaces'),
    'restrictedConfigurations',
  );
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}
