import * as vscode from 'vscode';
import type { DashboardSource, DashboardTab } from './dashboardTab';
import { viewType } from './page';

export interface Dashboard extends vscode.Disposable {
  /** Shows the tab, the one that is there already if one is. */
  open(): Promise<void>;
  /** To be called with every change of what is shown. */
  changed(): void;
  /** To be called when the history of usage has changed. */
  usageChanged(): void;
}

/** The dashboard, whose code is a bundle of its own, loaded with the first tab that is opened or restored. */
export function createDashboard(source: DashboardSource): Dashboard {
  let tab: DashboardTab | undefined;
  const load = async (): Promise<DashboardTab> => {
    const loaded = await import('./dashboardTab');
    tab ??= new loaded.DashboardTab(source);
    return tab;
  };
  const serializer = vscode.window.registerWebviewPanelSerializer(viewType, {
    deserializeWebviewPanel: async (panel) => (await load()).adopt(panel),
  });
  return {
    open: async () => (await load()).open(),
    changed: () => tab?.changed(),
    usageChanged: () => void tab?.usageChanged(),
    dispose() {
      serializer.dispose();
      tab?.dispose();
    },
  };
}
