import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AllSettings, SettingProblem } from './config/schema';
import type { ProxyController } from './controller';
import { createDashboard } from './dashboard/dashboard';
import type { Diagnosis } from './diagnosis';
import { registerChatModels } from './lm/chatModels';
import { systemClock } from './proxy/clock';
import type { RequestTrace } from './proxy/requestTrace';
import type { ProxyStatus } from './proxyStatus';
import { createStatusWatch } from './statusWatch';
import { ClaudePanel } from './terminal/claudePanel';
import type { EnvironmentWriter } from './terminal/environmentWriter';
import { createTraceMemory } from './traceMemory';
import { explainRouting, requestPage, requestPageText } from './ui/explainRouting';
import { ReadonlyPages } from './ui/readonlyPages';
import { type CommandTargets, registerCommands } from './ui/registerCommands';
import { clearUsageHistory, UsagePage } from './ui/showUsage';
import type { StatusView } from './ui/statusView';
import { todayInWords } from './ui/usageText';
import { welcomeOnce } from './ui/welcome';
import { createPlanWatch } from './usage/planWatch';
import { usageFiles } from './usage/usageFiles';
import { createUsageHistory } from './usage/usageHistory';
import { summarize } from './usage/usageSummary';
import { workspaceId } from './workspaceMemory';

/** What the surfaces show, and what their commands act on. */
export interface SurfaceParts extends Omit<CommandTargets, 'surfaces' | 'shellLines'> {
  readonly context: Pick<
    vscode.ExtensionContext,
    | 'environmentVariableCollection'
    | 'extension'
    | 'globalState'
    | 'globalStorageUri'
    | 'workspaceState'
  >;
  readonly view: StatusView;
  readonly proxy: ProxyController;
  readonly settings: () => AllSettings;
  readonly settingProblems: () => readonly SettingProblem[];
  readonly terminals: EnvironmentWriter;
}

/** Everything that shows and explains what the proxy does. */
export interface Surfaces extends vscode.Disposable {
  show(status: ProxyStatus): void;
  traced(trace: RequestTrace): void;
  /** Writes what is not written yet. */
  end(): Promise<void>;
}

const guide = () => import('./guide');

/** Puts together what shows and explains, and registers all commands. Nothing here waits. */
export function registerSurfaces(parts: SurfaceParts): Surfaces {
  const { context, proxy, terminals, view } = parts;
  const traces = createTraceMemory();
  let shown: ProxyStatus | undefined;
  const history = createUsageHistory({
    files: usageFiles({
      folder: path.join(context.globalStorageUri.fsPath, 'usage'),
      windowId: randomBytes(4).toString('hex'),
      maxBytes: maxHistoryBytes,
      onDamaged: (file) =>
        view.log('warn', `a file of the usage history could not be read; it is kept as ${file}`),
    }),
    clock: systemClock,
    onChange() {
      if (shown !== undefined) show(shown);
      pages.refresh(usage.page);
      dashboard.usageChanged();
    },
    onProblem: (message) => view.log('warn', `the usage history has a problem: ${message}`),
  });
  const plans = async () => (await proxy.ask({ about: 'planUsage' }))?.plans;
  const watch = createPlanWatch({
    warnAt: () => parts.settings().warnAtPlanUsage,
    plans,
    memory: context.globalState,
    warn: (plan, window) => view.notifications.showPlanUsage(plan, window),
  });
  const usage = new UsagePage({ days: history.days, plans });
  const pages = new ReadonlyPages({
    Request: (key) => requestPageText(traces.recent(), key),
    Usage: () => usage.text(),
  });
  let diagnosis: Diagnosis | undefined;
  const diagnose = async (): Promise<Diagnosis> => {
    const { createDiagnosis } = await import('./diagnosis');
    diagnosis ??= createDiagnosis({ ...parts, logLines: () => view.recentLines() });
    return diagnosis;
  };
  const { recent } = traces;
  const status = () => proxy.status;
  const dashboard = createDashboard({
    extensionUri: context.extension.extensionUri,
    clock: systemClock,
    status,
    traces: recent,
    today: history.today,
    days: history.days,
    plans,
  });
  const statuses = createStatusWatch(systemClock);
  const hasKeys = async () => Object.keys(await parts.keys.load()).length > 0;
  const commands = registerCommands({
    ...parts,
    shellLines: () => terminals.shellLines(),
    surfaces: {
      'switchyard.copyDiagnostics': async () => (await diagnose()).copy(),
      'switchyard.diagnose': async () => (await diagnose()).show(),
      'switchyard.openDashboard': () => dashboard.open(),
      'switchyard.openDocumentation': async () =>
        (await guide()).openDocumentation(context.extension.extensionUri),
      'switchyard.explainRouting': (key) =>
        explainRouting({ recent, status, open: (page) => pages.open(page) }, key),
      'switchyard.showUsage': async () => {
        const asked = usage.askPlans();
        await pages.open(usage.page);
        await asked;
        pages.refresh(usage.page);
      },
      'switchyard.clearUsageHistory': () => clearUsageHistory(history.clear),
      'switchyard.setUpClaudeExtension': async () => (await guide()).setUpClaudeExtension(context),
      'switchyard.undoClaudeExtension': async () => (await guide()).undoClaudeExtension(context),
      'switchyard.setApiKey': async (credential) => (await guide()).setApiKey(parts, credential),
      'switchyard.deleteApiKey': async () => (await guide()).deleteApiKey(parts),
      'switchyard.setUpCodex': async () => (await guide()).setUpCodex(proxy.status),
      'switchyard.setUpPi': async () => (await guide()).setUpPi(proxy.status),
      'switchyard.showMenu': async () =>
        (await guide()).showMenu({
          status: proxy.status,
          hasKeys: await hasKeys(),
          today: today(),
        }),
      'switchyard.openClaude': async () =>
        (await guide()).openClaudeHere({
          proxy,
          until: statuses.until,
          environment: () => terminals.claudeVariables(),
        }),
      'switchyard.showScenarios': async () =>
        (await guide()).showScenarios({
          proxy,
          ownScenarios: () => parts.settings().scenarios,
        }),
    },
  });
  const unlisten = traces.onChange((trace) => {
    pages.refresh(requestPage(trace));
    dashboard.changed();
  });
  const focus = vscode.window.onDidChangeWindowState(({ focused }) => {
    // Other windows have counted meanwhile.
    if (focused) void history.refresh();
  });
  void history.refresh();
  const chatModels = registerChatModels({ proxy });
  const claudePanel = new ClaudePanel({
    storageFolder: context.globalStorageUri.fsPath,
    workspaceId: workspaceId(context.workspaceState),
    onProblem: (message) => view.log('warn', message),
  });
  const welcome = welcomeOnce(context.globalState, hasKeys);

  function show(now: ProxyStatus): void {
    shown = now;
    view.show(now, today());
    dashboard.changed();
  }

  function today(): string | undefined {
    return todayInWords(summarize([history.today()]).total, vscode.l10n.t);
  }

  return {
    show(now) {
      if (now.state !== 'running' && now.state !== 'stopping') traces.proxyEnded(Date.now());
      chatModels.show(now);
      show(now);
      terminals.inject();
      claudePanel.show(terminals.panelVariables());
      view.showTerminals(terminals.names().length > 0);
      statuses.show(now);
      diagnosis?.statusChanged();
    },
    traced(trace) {
      traces.add(trace);
      if (trace.outcome === undefined) return;
      history.add(trace);
      if (trace.outcome === 'served') view.showAnswered();
      void watch.requestEnded();
    },
    end: history.end,
    dispose() {
      vscode.Disposable.from(
        commands,
        pages,
        dashboard,
        focus,
        chatModels,
        welcome,
        statuses,
      ).dispose();
      diagnosis?.dispose();
      unlisten();
    },
  };
}

/** More than years of use fill. */
const maxHistoryBytes = 1_000_000;
