import { arch, homedir, hostname, release, userInfo } from 'node:os';
import * as vscode from 'vscode';
import { readHttpSettings } from './config/httpSettings';
import { memberOf } from './diagnose/members';
import { isLoopbackHost, type PrivateWords } from './diagnose/privacy';
import type { DiagnosisParts } from './diagnosis';
import { type Network, readNetwork } from './proxy/network';

type ReportParts = Pick<DiagnosisParts, 'context' | 'keys' | 'settings'>;

export function about({ context, settings }: ReportParts): readonly (readonly [string, string])[] {
  const { env, version, workspace } = vscode;
  const { port, chains, providers, scenarios, terminalAgents } = settings();
  const proxy = httpProxy();
  const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
  return [
    ['Switchyard', String(memberOf(context.extension.packageJSON, 'version') ?? 'unknown')],
    [
      'VS Code',
      `${version} (${env.appName}, ${env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'})`,
    ],
    ['Remote', env.remoteName ?? 'none'],
    ['System', `${process.platform} ${release()} ${arch()}, Node ${process.versions.node}`],
    [
      'Workspace',
      `${workspace.workspaceFolders?.length ?? 0} folders, trusted: ${yesNo(workspace.isTrusted)}`,
    ],
    ['Port setting', String(port)],
    ['Chains', chains],
    ['Own scenarios', String(Object.keys(scenarios).length)],
    [
      'Own providers',
      Object.values(providers)
        .map(({ baseUrl }) => kindOfAddress(baseUrl))
        .join(', ') || 'none',
    ],
    ['Terminal agents', terminalAgents.join(', ')],
    [
      'HTTP proxy',
      proxy === undefined
        ? 'none'
        : `${schemeOf(proxy.address)}, with a login: ${yesNo(proxy.hasLogin)}`,
    ],
  ];
}

/** Whether it is a machine of the person's own is enough; its name is nobody's business. */
function kindOfAddress(baseUrl: string | undefined): string {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return 'built-in address';
  const { host, protocol } = new URL(baseUrl);
  return isLoopbackHost(host) ? `${protocol}// on this machine` : `${protocol}// elsewhere`;
}

function schemeOf(address: string): string {
  return /^([a-z0-9]+):\/\//i.exec(address)?.[1] ?? 'http';
}

/** The HTTP proxy on the way to a provider: its address without any login, and whether it has one. */
export function httpProxy(): { readonly address: string; readonly hasLogin: boolean } | undefined {
  const way = network().wayTo(new URL('https://opencode.ai'));
  if (way.by !== 'proxy') return undefined;
  const { address, authorization, login } = way.proxy;
  return { address, hasLogin: authorization !== undefined || login !== undefined };
}

function network(): Network {
  return readNetwork(process.env, readHttpSettings());
}

export async function privateWords(parts: ReportParts): Promise<PrivateWords> {
  const keys = await parts.keys.load();
  const token = parts.context.environmentVariableCollection.get('ANTHROPIC_AUTH_TOKEN')?.value;
  const own = Object.values(parts.settings().providers).map(({ baseUrl }) => baseUrl);
  return {
    secrets: [
      ...Object.values(keys),
      ...network().secrets,
      ...(token === undefined ? [] : [token]),
    ],
    home: homedir(),
    userName: userInfo().username,
    machineName: hostname(),
    hosts: [...own, httpProxy()?.address].flatMap((address) => hostsOf(address ?? '')),
  };
}

function hostsOf(address: string): readonly string[] {
  const whole = /^[a-z0-9]+:\/\//i.test(address) ? address : `http://${address}`;
  if (address === '' || !URL.canParse(whole)) return [];
  const { host, hostname: name } = new URL(whole);
  return isLoopbackHost(host) ? [] : [host, name];
}
