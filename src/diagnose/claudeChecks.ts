import { assertNever } from '../proxy/types';
import type { Translate } from '../ui/translate';
import type { ClaudeFinding } from './claudeSettings';
import type { VariableEffect } from './clientVariables';
import type { Verdict } from './verdict';

export interface ClaudeFacts {
  readonly findings: readonly ClaudeFinding[];
  /** A path as the person knows it. */
  readonly shown: (path: string) => string;
  /** Names of the variables that new terminals get from us. */
  readonly injected: readonly string[];
  /** Names of variables that VS Code itself was started with. */
  readonly inherited: readonly string[];
  /** Claude Code has kept a login of its own. */
  readonly hasSavedLogin: boolean;
}

/** Whether a settings file of Claude Code overrides what the terminals carry. */
export function judgeClaudeSettings(facts: ClaudeFacts, t: Translate): readonly Verdict[] {
  const title = t('Claude Code’s settings');
  const found = facts.findings.flatMap((finding): Verdict[] => {
    const sentence = settingsSentence(finding, facts.shown(finding.path), t);
    return sentence === undefined ? [] : [atLine(finding, title, sentence)];
  });
  if (found.length > 0) return found;
  const sentence = t('No settings file of Claude Code overrides the terminal’s variables.');
  return [{ title, state: 'ok', sentence }];
}

/** Whether a key or login of the person's own gets in the way. */
export function judgeLogin(facts: ClaudeFacts, t: Translate): readonly Verdict[] {
  const { findings, hasSavedLogin, inherited, injected, shown } = facts;
  const title = t('Login');
  const found = findings.flatMap((finding): Verdict[] => {
    const sentence = loginSentence(finding, shown(finding.path), t);
    return sentence === undefined ? [] : [atLine(finding, title, sentence)];
  });
  const own = inherited.find((name) => ownCredentials.has(name));
  const isCovered = injected.includes('ANTHROPIC_AUTH_TOKEN');
  if (own !== undefined && !isCovered) {
    const sentence = t(
      '{0} is set where VS Code was started, so that agents use your own account.',
      own,
    );
    return [...found, { title, state: 'warning', sentence }];
  }
  if (found.length > 0) return found;
  if (own !== undefined) {
    const sentence = t('{0} is set where VS Code was started; new terminals do without it.', own);
    return [{ title, state: 'ok', sentence }];
  }
  const sentence = hasSavedLogin
    ? t('Claude Code has a login of its own; new terminals do without it.')
    : t('No login and no key of your own is in the way.');
  // A login is used wherever the terminals carry nothing of ours.
  return [{ title, state: hasSavedLogin && !isCovered ? 'unknown' : 'ok', sentence }];
}

const ownCredentials: ReadonlySet<string> = new Set(['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN']);

function atLine({ path, line }: ClaudeFinding, title: string, sentence: string): Verdict {
  return { title, state: 'warning', sentence, fix: { kind: 'openFile', path, line } };
}

function settingsSentence(
  { line, what }: ClaudeFinding,
  file: string,
  t: Translate,
): string | undefined {
  switch (what.kind) {
    case 'variable':
      return variableSentence(what, t('{0}, line {1}', file, line), t);
    case 'notJson':
      return t('{0} is not valid JSON (line {1}), so Claude Code may not read it.', file, line);
    case 'keyHelper':
    case 'forcedLogin':
      return undefined;
    default:
      return assertNever(what);
  }
}

function variableSentence(
  { effect, name }: { readonly effect: VariableEffect; readonly name: string },
  place: string,
  t: Translate,
): string {
  switch (effect) {
    case 'address':
      return t('{1} leads past the proxy: {0}.', place, name);
    case 'credential':
      return t('{1} is not the proxy’s own: {0}.', place, name);
    case 'vendor':
      return t('{1} leads past the proxy: {0}.', place, name);
    case 'model':
      return t('{1} asks for one model alone: {0}.', place, name);
    default:
      return assertNever(effect);
  }
}

function loginSentence(
  { line, what }: ClaudeFinding,
  file: string,
  t: Translate,
): string | undefined {
  if (what.kind === 'keyHelper') {
    return t('apiKeyHelper gives Claude Code a key of its own: {0}, line {1}.', file, line);
  }
  if (what.kind !== 'forcedLogin') return undefined;
  return t('{2} makes Claude Code ask for a login: {0}, line {1}.', file, line, what.name);
}
