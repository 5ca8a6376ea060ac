import { render } from '../proxy/phrase';
import type { CredentialReport, ProxyReport } from '../proxy/protocol';
import type { KeyReach, ProviderReach } from '../proxy/reach';
import type { ProxyStatus } from '../proxyStatus';
import { duration } from '../ui/figures';
import { reportOwner } from '../ui/statusPresentation';
import type { Translate } from '../ui/translate';
import type { Fix, Verdict } from './verdict';

export interface ProviderFacts {
  readonly status: ProxyStatus;
  /** Undefined where the proxy gave no answer. */
  readonly reach: readonly ProviderReach[] | undefined;
  /** An HTTP proxy is in force, by VS Code's settings or the environment. */
  readonly hasHttpProxy: boolean;
}

/** Whether each key that the chains need is there and accepted. */
export function judgeKeys({ reach, status }: ProviderFacts, t: Translate): readonly Verdict[] {
  if (status.state !== 'running' || status.report === undefined)
    return [notRunning(t('API keys'), t)];
  const { report } = status;
  if (report.credentials.length === 0) {
    return [{ title: t('API keys'), state: 'ok', sentence: t('No chain in force needs a key.') }];
  }
  return report.credentials.map((credential) => {
    const asked = reach
      ?.flatMap(({ keys }) => keys)
      .filter((key) => key.credential === credential.credential);
    return judgeKey(credential, mostTelling(asked ?? []), report, t);
  });
}

/** One key may be asked about by several providers. */
function mostTelling(answers: readonly KeyReach[]): KeyReach | undefined {
  const order = ['rejected', 'accepted', 'unknown'] as const;
  return order
    .map((outcome) => answers.find((answer) => answer.outcome === outcome))
    .find((answer) => answer !== undefined);
}

function judgeKey(
  credential: CredentialReport,
  asked: KeyReach | undefined,
  { usable }: ProxyReport,
  t: Translate,
): Verdict {
  const owner = reportOwner(credential, t);
  const title = t('API key of {0}', owner);
  const fix: Fix = { kind: 'setApiKey', credential: credential.credential };
  // Where the provider was asked about the key there is one: the report comes a moment later.
  if (credential.state === 'missing' && asked === undefined) {
    const sentence = t('No API key of {0} is set.', owner);
    return { title, state: usable ? 'warning' : 'problem', sentence, fix };
  }
  if (asked?.outcome === 'rejected') {
    return { title, state: 'problem', sentence: render(asked.message, t), fix };
  }
  if (asked?.outcome === 'accepted') {
    const state = asked.plan === 'missing' ? 'warning' : 'ok';
    const sentence = render(asked.message, t);
    return state === 'ok' ? { title, state, sentence } : { title, state, sentence, fix };
  }
  if (credential.state === 'rejected' || credential.state === 'blocked') {
    const sentence =
      credential.state === 'blocked'
        ? t('{0} has blocked the account of the API key.', owner)
        : t('{0} rejected the API key.', owner);
    return { title, state: 'problem', sentence, fix };
  }
  if (credential.state === 'accepted') {
    return { title, state: 'ok', sentence: t('{0} has served requests with the API key.', owner) };
  }
  const sentence =
    asked === undefined ? t('The check of the key got no answer.') : render(asked.message, t);
  return { title, state: 'unknown', sentence };
}

/** Whether each provider of the chains in force answers at all. */
export function judgeReach(facts: ProviderFacts, t: Translate): readonly Verdict[] {
  const { hasHttpProxy, reach, status } = facts;
  const title = t('Providers');
  if (status.state !== 'running') return [notRunning(title, t)];
  if (reach === undefined) {
    return [{ title, state: 'unknown', sentence: t('The proxy gave no answer; run this again.') }];
  }
  if (reach.length === 0) {
    return [{ title, state: 'ok', sentence: t('No chain in force needs a provider outside.') }];
  }
  return reach.map(({ failure, label, providerId, tookMs }) => {
    if (failure === undefined) {
      const sentence = t('{0} answers, after {1}.', label, duration(tookMs));
      return { title: label, state: 'ok', sentence };
    }
    return {
      title: label,
      state: 'problem',
      sentence: t('{0} ({1}) cannot be reached: {2}.', label, providerId, render(failure, t)),
      fix: networkFix(render(failure), hasHttpProxy),
    };
  });
}

/** Certificates and HTTP proxies are VS Code's settings; without either, an address of the person's own may be wrong. */
function networkFix(failure: string, hasHttpProxy: boolean): Fix {
  if (/certificate/i.test(failure)) {
    return { kind: 'openHostSetting', setting: 'http.systemCertificates' };
  }
  if (hasHttpProxy || /\bproxy\b/i.test(failure)) {
    return { kind: 'openHostSetting', setting: 'http.proxy' };
  }
  return { kind: 'openSetting', setting: 'switchyard.providers' };
}

/** Beyond this, logins and certificates begin to fail, and times that providers name are off. */
const maxSkewMs = 2 * 60_000;

/** Whether this machine's clock is right, by what the providers say. */
export function judgeClock({ reach }: ProviderFacts, t: Translate): Verdict {
  const title = t('Clock');
  const skews = (reach ?? []).flatMap(({ clock }) =>
    clock === undefined ? [] : [clock.ours - clock.theirs],
  );
  const [first] = skews;
  if (first === undefined) {
    return { title, state: 'unknown', sentence: t('No provider has told the time.') };
  }
  // One whose clock is wrong itself must not accuse ours.
  const skewMs = skews.reduce(
    (best, skew) => (Math.abs(skew) < Math.abs(best) ? skew : best),
    first,
  );
  if (Math.abs(skewMs) <= maxSkewMs) {
    return { title, state: 'ok', sentence: t('The clock agrees with that of the providers.') };
  }
  const off = duration(Math.abs(skewMs));
  const sentence =
    skewMs > 0
      ? t('The clock of this machine is {0} fast. Set it in the system’s settings.', off)
      : t('The clock of this machine is {0} slow. Set it in the system’s settings.', off);
  return { title, state: 'warning', sentence };
}

function notRunning(title: string, t: Translate): Verdict {
  const sentence = t('Not checked, since the proxy does not run.');
  return { title, state: 'unknown', sentence, fix: { kind: 'start' } };
}
