import { momentInWords, render, type Words } from '../proxy/phrase';
import type { CatalogueReport } from '../proxy/protocol';
import type { CatalogueRefresh } from '../proxy/types';
import type { ProxyStatus } from '../proxyStatus';
import type { Translate } from '../ui/translate';
import type { Verdict } from './verdict';

export interface SettingsFacts {
  readonly problems: readonly {
    readonly setting: string;
    readonly path: string;
    readonly message: Words;
  }[];
  readonly isTrusted: boolean;
  /** Settings of the workspace that count only where it is trusted. */
  readonly restricted: readonly string[];
}

/** Whether the settings that were written are those in force. */
export function judgeSettings(facts: SettingsFacts, t: Translate): readonly Verdict[] {
  const title = t('Settings');
  const faults = facts.problems.map(
    ({ setting, path, message }): Verdict => ({
      title,
      state: 'problem',
      sentence: t('{0} is not valid: {1}', path, render(message, t)),
      fix: { kind: 'openSetting', setting },
    }),
  );
  const restricted: readonly Verdict[] =
    facts.isTrusted || facts.restricted.length === 0
      ? []
      : [
          {
            title,
            state: 'warning',
            sentence: t(
              'The workspace is not trusted, so its own {0} does not count.',
              facts.restricted.join(', '),
            ),
            fix: { kind: 'manageTrust' },
          },
        ];
  const all = [...faults, ...restricted];
  return all.length > 0 ? all : [{ title, state: 'ok', sentence: t('All settings are valid.') }];
}

/** Whether something rests that requests would want. */
export function judgeRests(status: ProxyStatus, t: Translate): Verdict {
  const title = t('Models');
  const targets = (status.state === 'running' ? status.report?.targets : undefined) ?? [];
  const resting = targets.filter(({ state }) => state === 'resting' || state === 'probing');
  const [first] = resting;
  if (status.state !== 'running') {
    return { title, state: 'unknown', sentence: t('Not checked, since the proxy does not run.') };
  }
  if (first === undefined) {
    return { title, state: 'ok', sentence: t('None of {0} models rests.', targets.length) };
  }
  const { lastFailure, name, restsUntil } = first;
  const until = restsUntil === undefined ? [] : [t('until {0}', momentInWords(restsUntil, t))];
  const failure = lastFailure === undefined ? name : t('{0}: {1}', name, render(lastFailure, t));
  const why = [failure, ...until].reduce((list, next) => t('{0}, {1}', list, next));
  return {
    title,
    state: 'warning',
    sentence: t('{0} of {1} models rest. {2}', resting.length, targets.length, why),
    fix: { kind: 'resetHealth' },
  };
}

export interface CatalogueFacts {
  readonly catalogue: CatalogueReport | undefined;
  readonly refresh: CatalogueRefresh | undefined;
  /** Epoch ms. */
  readonly now: number;
}

const dayMs = 86_400_000;
/** It is refreshed once a day, where a window is open. */
const staleAfterDays = 7;
/** Facts that were never refreshed, or are not to be. */
const oldAfterDays = 90;

/** Whether what is known of the models is of today. */
export function judgeCatalogue({ catalogue, now, refresh }: CatalogueFacts, t: Translate): Verdict {
  const title = t('Model catalogue');
  if (catalogue === undefined) {
    return { title, state: 'unknown', sentence: t('Not checked, since the proxy does not run.') };
  }
  const { asOf, refreshedAt } = catalogue;
  const sinceMs = now - (refreshedAt ?? Date.parse(asOf));
  const days = Math.max(0, Math.floor(sinceMs / dayMs));
  const isRefreshed = refreshedAt !== undefined && refresh !== 'off';
  const isStale = days > (isRefreshed ? staleAfterDays : oldAfterDays);
  const sentence =
    refreshedAt === undefined
      ? t('What is known of the models is of {0}, when this version was made.', asOf)
      : t('The models were last refreshed on {0}.', momentInWords(refreshedAt, t));
  if (!isStale) return { title, state: 'ok', sentence };
  return {
    title,
    state: 'warning',
    sentence: `${sentence} ${t('That is {0} days ago.', days)}`,
    fix: { kind: 'refreshCatalogue' },
  };
}
