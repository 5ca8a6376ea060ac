import { render } from '../proxy/phrase';
import type { ProxyReport, RestReport, TargetReport } from '../proxy/protocol';
import { describeCredential } from '../ui/reportText';
import { reportOwner } from '../ui/statusPresentation';
import type { Translate } from '../ui/translate';
import type { HealthView } from './messages';

/** What is remembered of every scope in use: keys and models always, plans and hosts when they rest. */
export function healthViews(report: ProxyReport, t: Translate): readonly HealthView[] {
  const { credentials, rests = [], targets } = report;
  const restOf = (scope: RestReport['scope'], name: string) =>
    rests.find((rest) => rest.scope === scope && rest.name === name);
  const wide = rests.filter(({ scope }) => scope === 'plan' || scope === 'host');
  return [
    ...credentials.map((credential): HealthView => {
      const rest = restOf('credential', credential.credential);
      return {
        scope: t('API key'),
        name: reportOwner(credential, t),
        state: describeCredential(credential.state, t),
        tone: keyTones[credential.state],
        ...(rest?.untilAt === undefined ? {} : { untilAt: rest.untilAt }),
        why: render(rest?.words ?? '', t),
      };
    }),
    ...wide.map((rest) => restView(rest, t)),
    ...targets
      .map((target) => targetView(target, t))
      .sort((a, b) => targetTones.indexOf(a.tone) - targetTones.indexOf(b.tone)),
    // A model may rest for one of its keys alone.
    ...rests
      .filter(({ scope, name }) => scope === 'target' && !targets.some((one) => one.name === name))
      .map((rest) => restView(rest, t)),
  ];
}

/** What needs a look comes first, what was never used last. */
const targetTones: readonly HealthView['tone'][] = ['bad', 'warning', 'good', 'idle'];

const keyTones = {
  unused: 'idle',
  accepted: 'good',
  missing: 'warning',
  heldBack: 'warning',
  rejected: 'bad',
  blocked: 'bad',
} as const;

function restView({ scope, name, isProbed, untilAt, words }: RestReport, t: Translate): HealthView {
  const scopes = {
    target: t('Model'),
    plan: t('Plan'),
    credential: t('API key'),
    host: t('Host'),
  } satisfies Record<RestReport['scope'], string>;
  return {
    scope: scopes[scope],
    name,
    state: isProbed ? t('being tried again') : t('resting'),
    tone: 'warning',
    ...(untilAt === undefined || isProbed ? {} : { untilAt }),
    why: render(words ?? '', t),
  };
}

function targetView(target: TargetReport, t: Translate): HealthView {
  const states = {
    unused: [t('not used yet'), 'idle'],
    serving: [t('serving'), 'good'],
    failing: [t('failed last'), 'warning'],
    resting: [t('resting'), 'warning'],
    probing: [t('being tried again'), 'warning'],
  } as const;
  const [state, tone] = states[target.state];
  return {
    scope: t('Model'),
    name: target.name,
    state,
    tone,
    ...(target.restsUntil === undefined ? {} : { untilAt: target.restsUntil }),
    why: tone === 'warning' ? render(target.lastFailure ?? '', t) : '',
  };
}
