import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AllSettings, SettingProblem } from './config/schema';
import type { ProxyController } from './controller';
import type { Diagnosis } from './diagnosis';
import { systemClock } from './proxy/clock';
import type { RequestTrace } from './proxy/requestTrace';
import type { ProxyStatus } from './proxyStatus';
import { createTraceMemory } from './traceMemory';
import { explainRouting, requestPage, requestPageText } from './ui/explainRouting';
import { ReadonlyPages } from './ui/readonlyPages';
import { type CommandTargets, registerCommands } from './ui/registerCommands';
import { clearUsageHistory, UsagePage } from './ui/showUsage';
import type { StatusView } from './ui/statusView';
import { todayInWords } from './ui/usageText';
import { createPlanWatch } from './usage/planWatch';
import { usageFiles } from './usage/usageFiles';
import { createUsageHistory } from './usage/usageHistory';
import { summarize } from './usage/usageSummary';

/** What the surfaces show, and what their commands act on. */
export interface SurfaceParts extends Omit<CommandTargets, 'surfaces'> {
  readonly context: Pick<
    vscode.ExtensionContext,
    'environmentVariableCollection' | 'extension' | 'globalState' | 'globalStorageUri'
  >;
  readonly view: StatusView;
  readonly proxy: ProxyController;
  readonly settings: () => AllSettings;
  readonly settingProblems: () => readonly SettingProblem[];
}

/** Everything that shows and explains what the proxy does. */
export interface Surfaces extends vscode.Disposable {
  show(status: ProxyStatus): void;
  traced(trace: RequestTrace): void;
  /** Writes what is not written yet. */
  end(): Promise<void>;
}

/** Puts together what shows and explains, and registers all commands. Nothing here waits. */
export function registerSurfaces(parts: SurfaceParts): Surfaces {
  const { context, proxy, view } = parts;
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
  const commands = registerCommands({
    ...parts,
    surfaces: {
      'switchyard.copyDiagnostics': async () => (await diagnose()).copy(),
      'switchyard.diagnose': async () => (await diagnose()).show(),
      'switchyard.explainRouting': (key) =>
        explainRouting({ recent, status, open: (page) => pages.open(page) }, key),
      'switchyard.showUsage': async () => {
        const asked = usage.askPlans();
        await pages.open(usage.page);
        await asked;
        pages.refresh(usage.page);
      },
      'switchyard.clearUsageHistory': () => clearUsageHistory(history.clear),
    },
  });
  const unlisten = traces.onChange((trace) => pages.refresh(requestPage(trace)));
  const focus = vscode.window.onDidChangeWindowState(({ focused }) => {
    // Other windows have counted meanwhile.
    if (focused) void history.refresh();
  });
  void history.refresh();

  function show(now: ProxyStatus): void {
    shown = now;
    const today = summarize([history.today()]).total;
    view.show(now, todayInWords(today, vscode.l10n.t));
  }

  return {
    show(now) {
      if (now.state !== 'running' && now.state !== 'stopping') traces.proxyEnded(Date.now());
      show(now);
      diagnosis?.statusChanged();
    },
    traced(trace) {
      traces.add(trace);
      if (trace.outcome === undefined) return;
      history.add(trace);
      void watch.requestEnded();
    },
    end: history.end,
    dispose() {
      vscode.Disposable.from(commands, pages, focus).dispose();
      diagnosis?.dispose();
      unlisten();
    },
  };
}

/** More than years of use fill. */
const maxHistoryBytes = 1_000_000;
