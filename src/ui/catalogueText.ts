import { render } from '../proxy/phrase';
import type { CatalogueRefreshed, CatalogueReport, ProviderRefreshed } from '../proxy/protocol';
import type { Translate } from './translate';

/** More names than this on one line are read by nobody. */
const maxNames = 20;

/** What a refresh changed, provider by provider, for the output channel. */
export function refreshedText(refreshed: CatalogueRefreshed, t: Translate): string {
  return [
    t('Models asked for anew; what came with this version is of {0}.', refreshed.asOf),
    ...refreshed.providers.flatMap((provider) => providerLines(provider, t)),
    ...retiredLines(refreshed.retired, t),
  ].join('\n');
}

/** The age of the catalogue, and which models it put out of the built-in chains. */
export function catalogueLines(
  { asOf, refreshedAt, retired }: CatalogueReport,
  t: Translate,
): readonly string[] {
  const age =
    refreshedAt === undefined
      ? t('Model catalogue of {0}, not refreshed yet', asOf)
      : t('Model catalogue of {0}, refreshed {1}', asOf, new Date(refreshedAt).toLocaleString());
  return [age, ...retiredLines(retired, t)];
}

function providerLines(provider: ProviderRefreshed, t: Translate): readonly string[] {
  const { label, models, added, removed, changed, failure } = provider;
  if (failure !== undefined) {
    return [
      t('{0}: not refreshed, since {1}; what is known of it stays', label, render(failure, t)),
    ];
  }
  const isSame = added.length + removed.length + changed.length === 0;
  return [
    isSame ? t('{0}: {1} models, nothing new', label, models) : t('{0}: {1} models', label, models),
    ...namesLine(t('new'), added, t),
    ...namesLine(t('gone'), removed, t),
    ...some(
      changed.map((change) => render(change, t)),
      t,
    ).map((change) => `  ${t('changed')}: ${change}`),
  ];
}

function namesLine(what: string, names: readonly string[], t: Translate): readonly string[] {
  return names.length === 0 ? [] : [`  ${what}: ${some(names, t).join(', ')}`];
}

function some(names: readonly string[], t: Translate): readonly string[] {
  const more = names.length - maxNames;
  return more <= 0 ? names : [...names.slice(0, maxNames), t('and {0} more', more)];
}

function retiredLines(retired: CatalogueReport['retired'], t: Translate): readonly string[] {
  return retired.map(({ name, instead }) =>
    instead === undefined
      ? t('{0} is not offered any more and left the built-in chains', name)
      : t(
          '{0} is not offered any more; {1} stands in for it in the built-in chains',
          name,
          instead,
        ),
  );
}
