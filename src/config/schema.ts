import * as z from 'zod/mini';
import { type Phrase, phrase } from '../proxy/phrase';
import { type ProxySettings, terminalAgents } from '../proxy/types';
import { catalogueRefreshSchema, chainsSchema } from './catalogueSchema';
import { messageOf, phraseOf, said } from './faultWords';
import { providersSchema } from './providerSchema';
import { type Fault, overrideFaults, scenarioFaults } from './references';
import { modelOverridesSchema, scenariosSchema } from './scenarioSchema';

const terminalAgentsSchema = z
  .array(
    z.enum(terminalAgents).register(z.globalRegistry, {
      enumDescriptions: [
        'Claude Code',
        'opencode, as provider “Switchyard” with a model for each scenario',
        'Qwen Code and scripts with an OpenAI SDK. Codex ignores the base URL and would send the proxy’s access token to OpenAI.',
      ],
    }),
  )
  .check(
    z.minLength(
      1,
      said(
        phrase('Expected at least one agent; to set no variables, switch injectEnvironment off.'),
      ),
    ),
  );

/** Every setting, once: the manifest, the documents and the checks at run time come from this table. */
export const settingSchemas = {
  'switchyard.enabled': z._default(z.boolean(), true).register(z.globalRegistry, {
    group: 'General',
    order: 1,
    scope: 'window',
    markdownDescription:
      'Start the proxy with the window. The commands **Start** and **Stop** hold until the window reloads.',
  }),
  'switchyard.port': z
    ._default(z.int().check(z.gte(0), z.lte(65_535)), 0)
    .register(z.globalRegistry, {
      group: 'General',
      order: 2,
      scope: 'machine-overridable',
      markdownDescription:
        'Port of the proxy on 127.0.0.1. `0` takes a free port and remembers it for the workspace, so that every window has its own.',
    }),
  'switchyard.log.content': z._default(z.boolean(), false).register(z.globalRegistry, {
    group: 'General',
    order: 3,
    scope: 'machine',
    markdownDescription:
      'Write the texts of requests and answers to the log, for finding faults: at level **Debug** (choose it with the gear of the output channel), at most 16,000 characters each, without API keys. VS Code keeps the log in files. The status bar says so as long as it is on. A workspace cannot switch it on.',
  }),
  'switchyard.scenarios': z._default(scenariosSchema, {}).register(z.globalRegistry, {
    group: 'Scenarios',
    order: 1,
    scope: 'machine-overridable',
    markdownDescription:
      'Your own scenarios, and changes to the built-in ones: `default`, `fast`, `background`, `think`, `complex`, `longContext`, `vision`. Each has a fallback chain in `models`, written `provider/model`; an entry with a built-in name replaces that scenario’s chain.',
    examples: [{ default: { models: ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code'] } }],
  }),
  'switchyard.chains': chainsSchema,
  'switchyard.modelOverrides': z._default(modelOverridesSchema, {}).register(z.globalRegistry, {
    group: 'Scenarios',
    order: 2,
    scope: 'machine-overridable',
    markdownDescription:
      'Where requests for a certain model go: a glob over the requested model → the name of a scenario (see `#switchyard.scenarios#`), or a list of `provider/model`.',
    examples: [{ 'claude-haiku-*': 'fast', 'gpt-*': ['openai/gpt-5.5'] }],
  }),
  'switchyard.providers': z._default(providersSchema, {}).register(z.globalRegistry, {
    group: 'Providers',
    order: 1,
    scope: 'machine',
    markdownDescription:
      'Your own providers, and changes to the built-in ones: id → `baseUrl`, `wireFormat`, `credential`, `headers`, `query`, `models`. No keys here: [set them with a command](command:switchyard.setApiKey). A workspace cannot change this setting, so that no repository can send your key elsewhere.',
    examples: [{ gateway: { baseUrl: 'https://llm.example.com/v1', wireFormat: 'openai-chat' } }],
    tags: ['usesOnlineServices'],
  }),
  'switchyard.catalogue.refresh': catalogueRefreshSchema,
  'switchyard.onAuthError': z
    ._default(z.enum(['stop', 'tryOtherCredentials']), 'stop')
    .register(z.globalRegistry, {
      group: 'Reliability',
      order: 1,
      scope: 'machine-overridable',
      markdownDescription: 'What happens when a provider rejects its API key.',
      markdownEnumDescriptions: [
        'Stop at once and say whose key is wrong; where a provider has several, once the last of them is rejected.',
        'Go on with the models of the chain that use another key.',
      ],
    }),
  'switchyard.warnAtPlanUsage': z
    ._default(z.number().check(z.gte(0), z.lte(100)), 0)
    .register(z.globalRegistry, {
      group: 'Providers',
      order: 2,
      scope: 'window',
      markdownDescription:
        'Warn when this much of a limit of your plan is used, in percent, for plans that tell (OpenCode Go). `0` never warns. **Show Usage** has the figures at any time.',
    }),
  'switchyard.timeouts': z
    ._default(
      z.strictObject({
        connectMs: z
          ._default(z.int().check(z.gte(10), z.lte(120_000)), 10_000)
          .register(z.globalRegistry, {
            description:
              'To connect to a provider. A host that is up answers within a second even on a slow line; the next model is not kept waiting longer.',
          }),
        firstTokenMs: z
          ._default(z.int().check(z.gte(10), z.lte(3_600_000)), 120_000)
          .register(z.globalRegistry, {
            description:
              'From the request to the first content. Models that think, and long prompts that are not cached, may need a minute or more; models that always think get twice this time. When it passes, the next model is tried.',
          }),
        idleMs: z
          ._default(z.int().check(z.gte(10), z.lte(3_600_000)), 180_000)
          .register(z.globalRegistry, {
            description:
              'Between two pieces of a stream. Longer than the first, since an answer that has begun cannot go to another model.',
          }),
      }),
      { connectMs: 10_000, firstTokenMs: 120_000, idleMs: 180_000 },
    )
    .register(z.globalRegistry, {
      group: 'Reliability',
      order: 2,
      scope: 'machine-overridable',
      markdownDescription:
        'How long each phase of a request may take, in milliseconds: `connectMs` to connect, `firstTokenMs` to the first content (twice that for models that always think), `idleMs` between two pieces of a stream. The total has no limit: a healthy stream may run for an hour.',
    }),
  'switchyard.terminal.injectEnvironment': z
    ._default(z.boolean(), true)
    .register(z.globalRegistry, {
      group: 'Terminal',
      order: 1,
      scope: 'window',
      markdownDescription:
        'Point agents in new integrated terminals to the proxy through environment variables, as soon as an API key is set. Off: [copy the variables](command:switchyard.copyEnvironment) yourself.',
    }),
  'switchyard.terminal.agents': z
    ._default(terminalAgentsSchema, ['claude'])
    .register(z.globalRegistry, {
      group: 'Terminal',
      order: 2,
      // Restricted: a stranger's workspace must not decide which programs get the access token.
      scope: 'machine-overridable',
      markdownDescription:
        'Which agents new terminals, and the lines of **Copy Environment**, point to the proxy. `claude`: Claude Code. `opencode`: opencode, which gets a provider “Switchyard” with a model for each scenario. `openai`: Qwen Code and scripts with an OpenAI SDK, through `OPENAI_BASE_URL`, `OPENAI_API_KEY` and `OPENAI_MODEL`; **not for terminals in which you run Codex**, which ignores the base URL and would send the access token of this proxy to OpenAI.',
      uniqueItems: true,
    }),
} as const;

export type SettingName = keyof typeof settingSchemas;

type Output<Name extends SettingName> = z.output<(typeof settingSchemas)[Name]>;

/**
 * All settings, checked. `extends` is the proof, at compile time, that the schema gives what the proxy
 * takes: the value goes to the worker as it is.
 */
export interface AllSettings extends ProxySettings {
  readonly enabled: Output<'switchyard.enabled'>;
  /** 0 = a free port, remembered. */
  readonly port: Output<'switchyard.port'>;
  readonly providers: Output<'switchyard.providers'>;
  readonly scenarios: Output<'switchyard.scenarios'>;
  readonly modelOverrides: Output<'switchyard.modelOverrides'>;
  readonly chains: Output<'switchyard.chains'>;
  readonly catalogueRefresh: Output<'switchyard.catalogue.refresh'>;
  readonly logContent: Output<'switchyard.log.content'>;
  readonly onAuthError: Output<'switchyard.onAuthError'>;
  readonly timeouts: Output<'switchyard.timeouts'>;
  /** Percent; 0 = never. */
  readonly warnAtPlanUsage: Output<'switchyard.warnAtPlanUsage'>;
  readonly injectEnvironment: Output<'switchyard.terminal.injectEnvironment'>;
  readonly terminalAgents: Output<'switchyard.terminal.agents'>;
}

/** What is wrong with a setting: its path (`switchyard.scenarios.fast.models[0]`) and a sentence. */
export interface SettingProblem {
  readonly setting: string;
  readonly path: string;
  readonly message: Phrase;
}

export interface ParsedSettings {
  readonly settings: AllSettings;
  readonly problems: readonly SettingProblem[];
}

/**
 * Checks `raw`, an object with `switchyard.*` keys; absent or undefined keys take their default.
 * An invalid setting keeps its value of `lastGood` (else its default) and is reported, as are unknown
 * `switchyard.*` keys. Keys without that prefix are left alone.
 */
export function parseSettings(
  raw: Readonly<Record<string, unknown>>,
  lastGood?: AllSettings,
): ParsedSettings {
  const problems = unknownSettings(raw);
  const read = reader(raw, problems);
  const all = settingSchemas;
  const terminal = 'switchyard.terminal.injectEnvironment';
  const agents = 'switchyard.terminal.agents';
  const refresh = 'switchyard.catalogue.refresh';
  const content = 'switchyard.log.content';
  // In this order: scenarios name providers, and overrides name both.
  const providers = read('switchyard.providers', all['switchyard.providers'], lastGood?.providers);
  const scenarios = read(
    'switchyard.scenarios',
    all['switchyard.scenarios'],
    lastGood?.scenarios,
    (value) => scenarioFaults(value, providers),
  );
  return {
    settings: {
      enabled: read('switchyard.enabled', all['switchyard.enabled'], lastGood?.enabled),
      port: read('switchyard.port', all['switchyard.port'], lastGood?.port),
      providers,
      scenarios,
      modelOverrides: read(
        'switchyard.modelOverrides',
        all['switchyard.modelOverrides'],
        lastGood?.modelOverrides,
        (value) => overrideFaults(value, { providers, scenarios }),
      ),
      chains: read('switchyard.chains', all['switchyard.chains'], lastGood?.chains),
      catalogueRefresh: read(refresh, all[refresh], lastGood?.catalogueRefresh),
      logContent: read(content, all[content], lastGood?.logContent),
      onAuthError: read(
        'switchyard.onAuthError',
        all['switchyard.onAuthError'],
        lastGood?.onAuthError,
      ),
      timeouts: read('switchyard.timeouts', all['switchyard.timeouts'], lastGood?.timeouts),
      warnAtPlanUsage: read(
        'switchyard.warnAtPlanUsage',
        all['switchyard.warnAtPlanUsage'],
        lastGood?.warnAtPlanUsage,
      ),
      injectEnvironment: read(terminal, all[terminal], lastGood?.injectEnvironment),
      terminalAgents: read(agents, all[agents], lastGood?.terminalAgents),
    },
    problems,
  };
}

/** Reads one setting of `raw` after the other; what is wrong with them goes into `problems`. */
function reader(raw: Readonly<Record<string, unknown>>, problems: SettingProblem[]) {
  return <Value>(
    name: SettingName,
    schema: z.ZodMiniType<Value>,
    last: Value | undefined,
    faultsOf: (value: Value) => readonly Fault[] = () => [],
  ): Value => {
    // Not by `z.config`, which would change the words of the wire layer too.
    const parsed = schema.safeParse(raw[name], { error: messageOf });
    const faults = parsed.success ? faultsOf(parsed.data) : parsed.error.issues.map(faultOf);
    if (parsed.success && faults.length === 0) return parsed.data;
    for (const { path, message } of faults) {
      problems.push({ setting: name, path: pathOf(name, path), message });
    }
    return last ?? schema.parse(undefined);
  };
}

function unknownSettings(raw: Readonly<Record<string, unknown>>): SettingProblem[] {
  return Object.keys(raw)
    .filter((key) => key.startsWith('switchyard.') && !Object.hasOwn(settingSchemas, key))
    .map((key) => ({
      setting: key,
      path: key,
      message: phrase(
        'There is no such setting; Switchyard has {0}.',
        Object.keys(settingSchemas).join(', '),
      ),
    }));
}

function faultOf({ path, message }: z.core.$ZodIssue): Fault {
  return { path, message: phraseOf(message) };
}

/** ['fast', 'models', 0] → `switchyard.scenarios.fast.models[0]`, ['gpt-*'] → `switchyard.modelOverrides["gpt-*"]`. */
function pathOf(name: string, path: readonly PropertyKey[]): string {
  const step = (key: PropertyKey): string => {
    if (typeof key === 'number') return `[${key}]`;
    const text = String(key);
    return /^[\w-]+$/.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`;
  };
  return name + path.map(step).join('');
}
