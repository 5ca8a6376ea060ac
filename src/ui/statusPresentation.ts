import { render } from '../proxy/phrase';
import type { CredentialReport, ProxyReport } from '../proxy/protocol';
import { assertNever } from '../proxy/types';
import type { ProxyStatus, StartFailure } from '../proxyStatus';
import type { CommandId } from './commands';
import { keyOwner } from './keySlots';
import type { Translate } from './translate';

/** What the status bar item shows. Every state is told in words, not by icon or colour alone. */
export interface StatusPresentation {
  readonly text: string;
  /** For a screen reader. */
  readonly label: string;
  /** What is the case, as a sentence. */
  readonly sentence: string;
  /** What a click does, as a sentence. */
  readonly hint: string;
  readonly command: CommandId;
  /** What the command is given: the key slot to ask for, or the setting to open. */
  readonly argument?: string;
  readonly background?: 'warning' | 'error';
}

/** Pure: the same status gives the same presentation. */
export function presentStatus(status: ProxyStatus, t: Translate): StatusPresentation {
  const presentation = presentState(status, t);
  const logsContent = status.state === 'running' && status.report?.logsContent === true;
  return logsContent ? withContentLog(presentation, t) : presentation;
}

function withContentLog(presentation: StatusPresentation, t: Translate): StatusPresentation {
  const { text, label, sentence } = presentation;
  const more = t(
    'The texts of requests and answers are written to the log; the setting switchyard.log.content switches that off.',
  );
  return {
    ...presentation,
    text: `${text} $(eye) ${t('logs content')}`,
    label: `${label}, ${t('logs content')}`,
    sentence: `${sentence} ${more}`,
  };
}

function presentState(status: ProxyStatus, t: Translate): StatusPresentation {
  const command = 'switchyard.toggle';
  switch (status.state) {
    case 'stopped':
      return {
        text: `$(circle-slash) ${t('Switchyard: stopped')}`,
        label: t('Switchyard, stopped'),
        sentence: t('The proxy is stopped.'),
        hint: t('Click to start it.'),
        command,
      };
    case 'starting':
      return {
        text: `$(loading~spin) ${t('Switchyard: starting')}`,
        label: t('Switchyard, starting'),
        sentence: t('The proxy is starting.'),
        hint: t('Click to stop it.'),
        command,
      };
    case 'stopping':
      return {
        text: `$(loading~spin) ${t('Switchyard: stopping')}`,
        label: t('Switchyard, stopping'),
        sentence: t('The proxy is stopping; requests still running: {0}.', status.activeRequests),
        hint: t('Click to start it again; run Stop once more to end the requests now.'),
        command,
      };
    case 'failed':
      return {
        text: `$(error) ${t('Switchyard: failed')}`,
        label: t('Switchyard, failed'),
        sentence: describeFailure(status.reason, t),
        hint: t('Click to try again.'),
        command,
        background: 'error',
      };
    case 'running':
      return presentRunning(status.port, status.report, t);
    default:
      return assertNever(status);
  }
}

/** Why the proxy does not run, as a sentence. */
export function describeFailure(reason: StartFailure, t: Translate): string {
  switch (reason.kind) {
    case 'portTaken':
      return t('Port {0} is in use by another program.', reason.port);
    case 'cannotListen':
      return t('The proxy cannot listen: {0}.', render(reason.message, t));
    case 'noAnswer':
      return t('The proxy did not start in time.');
    case 'crashed':
      return t('The proxy ended by itself several times.');
    default:
      return assertNever(reason);
  }
}

function presentRunning(
  port: number,
  report: ProxyReport | undefined,
  t: Translate,
): StatusPresentation {
  const refused = report?.credentials.find(
    ({ state }) => state === 'rejected' || state === 'blocked',
  );
  if (refused !== undefined) return presentRefused(refused, t);
  const heldBack = report?.credentials.find(({ state }) => state === 'heldBack');
  if (heldBack !== undefined) return presentHeldBack(heldBack, t);
  if (report?.usable === false) return presentMissing(report.credentials, t);
  const resting = report?.targets.filter(({ state }) => state === 'resting').length ?? 0;
  if (report !== undefined && resting > 0) {
    const count = t('{0} of {1} models resting', resting, report.targets.length);
    return {
      text: `$(warning) ${t('Switchyard: degraded')}`,
      label: t('Switchyard, running, {0}', count),
      sentence: t('Running on port {0}, {1}.', port, count),
      hint: t('Click to stop.'),
      command: 'switchyard.toggle',
    };
  }
  return {
    text: `$(radio-tower) ${t('Switchyard: running')}`,
    label: t('Switchyard, running'),
    sentence: t('Running on port {0}.', port),
    hint: t('Click to stop.'),
    command: 'switchyard.toggle',
  };
}

function presentRefused(credential: CredentialReport, t: Translate): StatusPresentation {
  const label = reportOwner(credential, t);
  const isBlocked = credential.state === 'blocked';
  return {
    text: `$(key) ${isBlocked ? t('Switchyard: account blocked') : t('Switchyard: key rejected')}`,
    label: isBlocked
      ? t('Switchyard, {0} has blocked the account', label)
      : t('Switchyard, {0} rejected the API key', label),
    sentence: isBlocked
      ? t('{0} has blocked the account of the API key.', label)
      : t('{0} rejected the API key.', label),
    hint: t('Click to set another one.'),
    command: 'switchyard.setApiKey',
    argument: credential.credential,
    background: 'warning',
  };
}

/** Whose key a report is about. */
export function reportOwner(
  { label, credential, isOneOfSeveral }: CredentialReport,
  t: Translate,
): string {
  return keyOwner(label, isOneOfSeveral === true ? credential : undefined, t);
}

function presentHeldBack(credential: CredentialReport, t: Translate): StatusPresentation {
  const label = reportOwner(credential, t);
  return {
    text: `$(shield) ${t('Switchyard: key held back')}`,
    label: t('Switchyard, the API key of {0} is held back', label),
    sentence: t(
      'The API key of {0} is held back: a setting now points to {1}, for which it was not set.',
      label,
      credential.origin ?? '',
    ),
    hint: t('Click to decide whether it may go there.'),
    command: 'switchyard.confirmKeyAddress',
    background: 'warning',
  };
}

function presentMissing(
  credentials: readonly CredentialReport[],
  t: Translate,
): StatusPresentation {
  const first = credentials.find(({ state }) => state === 'missing');
  if (first === undefined) {
    // No key would help: the chain names models of providers that do not exist, or in a format not spoken.
    return {
      text: `$(warning) ${t('Switchyard: no usable model')}`,
      label: t('Switchyard, no usable model'),
      sentence: t('No model of the default chain can be used.'),
      hint: t('Click to choose other models.'),
      command: 'switchyard.showScenarios',
      background: 'warning',
    };
  }
  return {
    text: `$(key) ${t('Switchyard: set API key')}`,
    label: t('Switchyard, API key needed'),
    sentence: t('{0} needs an API key.', first.label),
    hint: t('Click to set it.'),
    command: 'switchyard.setApiKey',
    background: 'warning',
  };
}
