import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { type VariableEffect, variableEffect } from './clientVariables';

/** A settings file of Claude Code, and its text where it exists. */
export interface ClaudeFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string | undefined;
}

/** Something in a settings file that gets in the way; it never holds a value. */
export interface ClaudeFinding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly what:
    | { readonly kind: 'variable'; readonly name: string; readonly effect: VariableEffect }
    /** A command that gives Claude Code a key of the person's own. */
    | { readonly kind: 'keyHelper' }
    | { readonly kind: 'forcedLogin'; readonly name: string }
    | { readonly kind: 'notJson' };
}

/** Everything in one file that gets in the way of a proxy on `port`, in the order of the file. */
export function readClaudeFile(
  { path, text }: ClaudeFile,
  port: number | undefined,
): readonly ClaudeFinding[] {
  if (text === undefined || text.trim() === '') return [];
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: false });
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const [error] = errors;
  if (error !== undefined || root?.type !== 'object') {
    return [{ path, line: lineAt(error?.offset ?? 0), what: { kind: 'notJson' } }];
  }
  const variables = members(findNodeAtLocation(root, ['env'])).flatMap((member) => {
    const effect = variableEffect(member.name, member.value, port);
    const { name } = member;
    return effect === undefined ? [] : [found(member, { kind: 'variable', name, effect })];
  });
  const logins = members(root).flatMap((member) => {
    const { name, value } = member;
    if (value === '' || value === null) return [];
    if (name === 'apiKeyHelper') return [found(member, { kind: 'keyHelper' })];
    return forcedLogins.has(name) ? [found(member, { kind: 'forcedLogin', name })] : [];
  });
  return [...variables, ...logins].sort((a, b) => a.line - b.line);

  function found({ node }: Member, what: ClaudeFinding['what']): ClaudeFinding {
    return { path, line: lineAt(node.offset), what };
  }
}

const forcedLogins: ReadonlySet<string> = new Set(['forceLoginMethod', 'forceLoginOrgUUID']);

interface Member {
  readonly name: string;
  readonly node: Node;
  readonly value: unknown;
}

function members(object: Node | undefined): readonly Member[] {
  if (object?.type !== 'object') return [];
  return (object.children ?? []).flatMap((node) => {
    const [name, value] = node.children ?? [];
    return name === undefined ? [] : [{ node, name: String(name.value), value: value?.value }];
  });
}

/**
 * Where Claude Code reads its settings, the strongest first: what a machine's owner manages, then each project's, then the
 * person's own.
 */
export function claudeSettingsPaths(place: {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** `CLAUDE_CONFIG_DIR` */
  readonly configFolder: string | undefined;
  readonly projects: readonly string[];
}): readonly string[] {
  const slash = place.platform === 'win32' ? '\\' : '/';
  const join = (...parts: string[]): string => parts.join(slash);
  const own = place.configFolder || join(place.home, '.claude');
  return [
    join(managedFolder(place.platform), 'managed-settings.json'),
    ...place.projects.flatMap((project) => [
      join(project, '.claude', 'settings.local.json'),
      join(project, '.claude', 'settings.json'),
    ]),
    join(own, 'settings.json'),
  ].filter((path, index, all) => all.indexOf(path) === index);
}

function managedFolder(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'C:\\Program Files\\ClaudeCode';
  if (platform === 'darwin') return '/Library/Application Support/ClaudeCode';
  return '/etc/claude-code';
}
