import { assertNever } from '../proxy/types';
import type { ProxyStatus } from '../proxyStatus';
import { describeFailure } from '../ui/statusPresentation';
import type { Translate } from '../ui/translate';
import type { Verdict } from './verdict';

/** Who answers on a port: our proxy, another program, or nobody. */
export type PortAnswer = 'switchyard' | 'other' | 'none';

/** Whether the proxy runs, and answers on its port. */
export function judgeProxy(
  { status, answer }: { readonly status: ProxyStatus; readonly answer: PortAnswer | undefined },
  t: Translate,
): Verdict {
  const title = t('Proxy');
  switch (status.state) {
    case 'stopped':
      return {
        title,
        state: 'problem',
        sentence: t('The proxy is stopped.'),
        fix: { kind: 'start' },
      };
    case 'starting':
      return { title, state: 'unknown', sentence: t('The proxy is starting.') };
    case 'stopping':
      return { title, state: 'warning', sentence: t('The proxy is stopping.') };
    case 'failed':
      return {
        title,
        state: 'problem',
        sentence: t('The proxy is not running. {0}', describeFailure(status.reason, t)),
        fix: { kind: status.reason.kind === 'portTaken' ? 'choosePort' : 'start' },
      };
    case 'running':
      return judgeRunning(status.port, answer, title, t);
    default:
      return assertNever(status);
  }
}

function judgeRunning(
  port: number,
  answer: PortAnswer | undefined,
  title: string,
  t: Translate,
): Verdict {
  if (answer === 'switchyard') {
    return { title, state: 'ok', sentence: t('The proxy answers on port {0}.', port) };
  }
  const sentence =
    answer === 'other'
      ? t('The proxy runs, but something else answers on port {0}.', port)
      : t('The proxy runs, but nothing answers on port {0}; its log may say why.', port);
  return { title, state: 'problem', sentence, fix: { kind: 'showLog' } };
}

export interface PortFacts {
  readonly status: ProxyStatus;
  /** The setting; 0 = any. */
  readonly configuredPort: number;
  /** Who holds the fixed port that was refused to us, where that can be found out. */
  readonly holder: PortHolder | undefined;
}

export interface PortHolder {
  /** As the system names the program. */
  readonly program: string;
  readonly processId: number;
}

/** Whether another program is on the port. */
export function judgePort({ configuredPort, holder, status }: PortFacts, t: Translate): Verdict {
  const title = t('Port');
  if (status.state === 'failed' && status.reason.kind === 'portTaken') {
    const { port } = status.reason;
    const sentence =
      holder === undefined
        ? t('Port {0} is held by another program, perhaps another window of VS Code.', port)
        : t('Port {0} is held by {1} (process {2}).', port, holder.program, holder.processId);
    return { title, state: 'problem', sentence, fix: { kind: 'choosePort' } };
  }
  const sentence =
    configuredPort === 0
      ? t('Any free port is taken, so that no other program can be in the way.')
      : t('No other program holds the fixed port {0}.', configuredPort);
  // While it is stopped nobody has tried.
  const isTried = configuredPort === 0 || status.state === 'running';
  if (isTried) return { title, state: 'ok', sentence };
  return {
    title,
    state: 'unknown',
    sentence: t('Port {0} is tried when the proxy starts.', configuredPort),
  };
}
