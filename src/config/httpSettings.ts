import * as vscode from 'vscode';
import type { NetworkSettings } from '../proxy/network';

/**
 * VS Code's own settings for HTTP, as VS Code itself applies them to the side on which the extension runs. All of them
 * have application or machine scope: no workspace can set them.
 */
export function readHttpSettings(): NetworkSettings {
  const http = vscode.workspace.getConfiguration('http');
  const noProxy = http.get<unknown>('noProxy');
  const text = (name: string): string => {
    const value = http.get<unknown>(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    proxy: text('proxy'),
    proxyAuthorization: text('proxyAuthorization'),
    noProxy: Array.isArray(noProxy) ? noProxy.filter((name) => typeof name === 'string') : [],
    isProxyOff: text('proxySupport') === 'off',
    verifiesCertificates: http.get<unknown>('proxyStrictSSL') !== false,
    trustsSystem: http.get<unknown>('systemCertificates') !== false,
  };
}

/** Calls `listener` when one of them changed. */
export function onDidChangeHttpSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('http')) listener();
  });
}
