import type { ProviderReach } from '../proxy/reach';
import type { ProxyStatus } from '../proxyStatus';
import type { Translate } from '../ui/translate';
import { type ClaudeFacts, judgeClaudeSettings, judgeLogin } from './claudeChecks';
import { judgeClock, judgeKeys, judgeReach } from './providerChecks';
import { judgePort, judgeProxy, type PortAnswer, type PortHolder } from './proxyChecks';
import {
  type CatalogueFacts,
  judgeCatalogue,
  judgeRests,
  judgeSettings,
  type SettingsFacts,
} from './stateChecks';
import { judgeTerminals, type TerminalFacts } from './terminalCheck';
import type { Verdict } from './verdict';

/** Where the checks learn what is the case. Each is asked at most once in a run. */
export interface Sources {
  readonly status: ProxyStatus;
  readonly configuredPort: number;
  readonly hasHttpProxy: boolean;
  portAnswer(): Promise<PortAnswer | undefined>;
  portHolder(): Promise<PortHolder | undefined>;
  terminals(): Promise<Omit<TerminalFacts, 'status'>>;
  claude(): Promise<ClaudeFacts>;
  settings(): Promise<SettingsFacts>;
  reach(): Promise<readonly ProviderReach[] | undefined>;
  catalogue(): CatalogueFacts;
}

export interface Check {
  readonly id: string;
  /** For its line while it runs. */
  readonly title: (t: Translate) => string;
  readonly run: (sources: Sources, t: Translate) => Promise<readonly Verdict[]>;
}

/** Every check, in the order in which what stands in the way of an agent is best mended. */
export const checks: readonly Check[] = [
  {
    id: 'proxy',
    title: (t) => t('Proxy'),
    run: async (sources, t) => {
      const { status } = sources;
      return [judgeProxy({ status, answer: await sources.portAnswer() }, t)];
    },
  },
  {
    id: 'port',
    title: (t) => t('Port'),
    run: async (sources, t) => {
      const { configuredPort, status } = sources;
      return [judgePort({ configuredPort, status, holder: await sources.portHolder() }, t)];
    },
  },
  {
    id: 'settings',
    title: (t) => t('Settings'),
    run: async (sources, t) => judgeSettings(await sources.settings(), t),
  },
  {
    id: 'keys',
    title: (t) => t('API keys'),
    run: async (sources, t) => judgeKeys(await providerFacts(sources), t),
  },
  {
    id: 'providers',
    title: (t) => t('Providers'),
    run: async (sources, t) => judgeReach(await providerFacts(sources), t),
  },
  {
    id: 'terminals',
    title: (t) => t('Terminal variables'),
    run: async (sources, t) =>
      judgeTerminals({ ...(await sources.terminals()), status: sources.status }, t),
  },
  {
    id: 'claudeSettings',
    title: (t) => t('Claude Code’s settings'),
    run: async (sources, t) => judgeClaudeSettings(await sources.claude(), t),
  },
  {
    id: 'login',
    title: (t) => t('Login'),
    run: async (sources, t) => judgeLogin(await sources.claude(), t),
  },
  {
    id: 'models',
    title: (t) => t('Models'),
    run: async ({ status }, t) => [judgeRests(status, t)],
  },
  {
    id: 'clock',
    title: (t) => t('Clock'),
    run: async (sources, t) => [judgeClock(await providerFacts(sources), t)],
  },
  {
    id: 'catalogue',
    title: (t) => t('Model catalogue'),
    run: async (sources, t) => [judgeCatalogue(sources.catalogue(), t)],
  },
];

async function providerFacts(sources: Sources) {
  const { hasHttpProxy, status } = sources;
  return { hasHttpProxy, status, reach: await sources.reach() };
}

/** A check and what it came to; `verdicts` is absent while it runs. */
export interface Finding {
  readonly check: Check;
  readonly verdicts?: readonly Verdict[];
}

/** Runs all checks at once and tells their state after each that ends; resolves to all. Never rejects. */
export async function runChecks(
  sources: Sources,
  t: Translate,
  onProgress: (findings: readonly Finding[]) => void = () => {},
): Promise<readonly Required<Finding>[]> {
  const done = new Map<string, readonly Verdict[]>();
  const present = (): readonly Finding[] =>
    checks.map((check) => {
      const verdicts = done.get(check.id);
      return verdicts === undefined ? { check } : { check, verdicts };
    });
  onProgress(present());
  return Promise.all(
    checks.map(async (check) => {
      const verdicts = await check.run(sources, t).catch((error: unknown): readonly Verdict[] => {
        const why = error instanceof Error ? error.message : String(error);
        const sentence = t('The check itself failed: {0}', why);
        return [{ title: check.title(t), state: 'unknown', sentence }];
      });
      done.set(check.id, verdicts);
      onProgress(present());
      return { check, verdicts };
    }),
  );
}
