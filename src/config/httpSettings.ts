import * as vscode from 'vscode';

/** VS Code's own settings for HTTP, which a worker thread does not get by itself. */
export function readHttpSettings(): {
  readonly proxy: string;
  readonly noProxy: readonly string[];
  readonly isProxyOff: boolean;
} {
  const http = vscode.workspace.getConfiguration('http');
  const proxy = http.get<unknown>('proxy');
  const noProxy = http.get<unknown>('noProxy');
  return {
    proxy: typeof proxy === 'string' ? proxy : '',
    noProxy: Array.isArray(noProxy) ? noProxy.filter((name) => typeof name === 'string') : [],
    isProxyOff: http.get<unknown>('proxySupport') === 'off',
  };
}

/** Calls `listener` when one of them changed. */
export function onDidChangeHttpSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    const names = ['http.proxy', 'http.noProxy', 'http.proxySupport'];
    if (names.some((name) => event.affectsConfiguration(name))) listener();
  });
}
