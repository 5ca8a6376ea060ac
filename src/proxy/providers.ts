import type { Provider, ProviderSettings } from './types';

/** The built-in providers merged with the user's: an entry of the same id overrides, any other id adds. */
export function mergeProviders(
  settings: Readonly<Record<string, ProviderSettings>>,
): ReadonlyMap<string, Provider> {
  const merged = new Map(builtInProviders.map((provider) => [provider.id, provider]));
  for (const [id, entry] of Object.entries(settings)) {
    const base = merged.get(id);
    if (base === undefined && entry.baseUrl === undefined) continue;
    merged.set(id, override(base ?? userProvider(id), entry));
  }
  return merged;
}

/** Provider whose key is meant when a credential is named; the first that uses it. */
export function providerOfCredential(
  providers: Iterable<Provider>,
  credential: string,
): Provider | undefined {
  for (const provider of providers) if (provider.credentials.includes(credential)) return provider;
  return undefined;
}

const opencodeKeyPage = 'https://opencode.ai/auth';

/** In the order in which a person is offered them. */
export const builtInProviders: readonly Provider[] = [
  {
    id: 'opencode-go',
    label: 'OpenCode',
    planLabel: 'OpenCode Go',
    baseUrl: 'https://opencode.ai/zen/go/v1',
    credentials: ['opencode'],
    wireFormat: 'openai-chat',
    // Which endpoint serves a model is a property of the plan. Source: facts on the upstream, 2026-11.
    formatRules: [
      ['minimax-m2*', 'anthropic-messages'],
      ['minimax-m3', 'anthropic-messages'],
      ['qwen*', 'anthropic-messages'],
      ['claude-*', 'anthropic-messages'],
      ['gpt-*', 'openai-responses'],
      ['grok-*', 'openai-responses'],
      ['muse-*', 'openai-responses'],
      ['gemini-*', 'gemini'],
    ],
    models: {},
    isOpencode: true,
    keyCheckPath: '/usage',
    keyPageUrl: opencodeKeyPage,
  },
  {
    id: 'opencode-zen',
    label: 'OpenCode',
    planLabel: 'OpenCode Zen',
    baseUrl: 'https://opencode.ai/zen/v1',
    credentials: ['opencode'],
    wireFormat: 'openai-chat',
    formatRules: [
      ['claude-*', 'anthropic-messages'],
      ['qwen3.5*', 'anthropic-messages'],
      ['qwen3.6*', 'anthropic-messages'],
      ['qwen3.7*', 'anthropic-messages'],
      ['qwen*-flash', 'anthropic-messages'],
      ['gpt-*', 'openai-responses'],
      ['grok-*', 'openai-responses'],
      ['muse-*', 'openai-responses'],
      ['gemini-*', 'gemini'],
    ],
    models: {},
    isOpencode: true,
    keyPageUrl: opencodeKeyPage,
  },
  {
    id: 'anthropic',
    label: 'Anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    credentials: ['anthropic'],
    wireFormat: 'anthropic-messages',
    models: {},
    isAnthropic: true,
    keyCheckPath: '/models?limit=1',
    keyPageUrl: 'https://console.anthropic.com/settings/keys',
  },
  {
    id: 'openai',
    label: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    credentials: ['openai'],
    wireFormat: 'openai-chat',
    // With tools and an effort these models answer on this endpoint only.
    formatRules: [
      ['gpt-5*', 'openai-responses'],
      ['gpt-6*', 'openai-responses'],
      ['o3*', 'openai-responses'],
      ['o4*', 'openai-responses'],
    ],
    models: {},
    maxTokensField: 'max_completion_tokens',
    keyCheckPath: '/models',
    keyPageUrl: 'https://platform.openai.com/api-keys',
  },
  {
    id: 'openrouter',
    label: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    credentials: ['openrouter'],
    wireFormat: 'openai-chat',
    models: {},
    keyCheckPath: '/key',
    keyPageUrl: 'https://openrouter.ai/settings/keys',
  },
  {
    id: 'deepseek',
    label: 'DeepSeek',
    baseUrl: 'https://api.deepseek.com/v1',
    credentials: ['deepseek'],
    wireFormat: 'openai-chat',
    models: {},
    keyCheckPath: '/models',
    keyPageUrl: 'https://platform.deepseek.com/api_keys',
  },
  {
    id: 'moonshot',
    label: 'Moonshot AI',
    baseUrl: 'https://api.moonshot.ai/v1',
    credentials: ['moonshot'],
    wireFormat: 'openai-chat',
    models: {},
    keyCheckPath: '/models',
    keyPageUrl: 'https://platform.moonshot.ai/console/api-keys',
  },
  {
    id: 'zai',
    label: 'Z.ai',
    baseUrl: 'https://api.z.ai/api/paas/v4',
    credentials: ['zai'],
    wireFormat: 'openai-chat',
    models: {},
    keyPageUrl: 'https://z.ai/manage-apikey/apikey-list',
  },
  {
    id: 'ollama',
    label: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    credentials: [],
    wireFormat: 'openai-chat',
    models: {},
  },
  {
    id: 'lmstudio',
    label: 'LM Studio',
    baseUrl: 'http://127.0.0.1:1234/v1',
    credentials: [],
    wireFormat: 'openai-chat',
    models: {},
  },
  {
    id: 'demo',
    label: 'Demo',
    baseUrl: 'http://demo.invalid',
    credentials: [],
    wireFormat: 'anthropic-messages',
    models: {},
    isDemo: true,
  },
  {
    // Its own credential, so that trying the auth stop leaves the other demo models usable.
    id: 'demo-locked',
    label: 'Demo (locked)',
    baseUrl: 'http://demo-locked.invalid',
    credentials: ['demo-locked'],
    wireFormat: 'anthropic-messages',
    models: {},
    isDemo: true,
    keyCheckPath: '/usage',
  },
];

function userProvider(id: string): Provider {
  return { id, label: id, baseUrl: '', credentials: [id], wireFormat: 'openai-chat', models: {} };
}

function override(base: Provider, entry: ProviderSettings): Provider {
  const baseUrl = entry.baseUrl?.replace(/\/+$/, '');
  const movedAway = baseUrl !== undefined && baseUrl !== base.baseUrl;
  return {
    // Another address is another upstream: it gets no privileges of the built-in one.
    ...(movedAway ? withoutPrivileges(base) : base),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(entry.wireFormat === undefined ? {} : { wireFormat: entry.wireFormat, formatRules: [] }),
    ...(entry.credential === undefined ? {} : { credentials: slotsOf(entry.credential) }),
    ...(entry.headers === undefined ? {} : { headers: lowerCaseNames(entry.headers) }),
    ...(entry.query === undefined ? {} : { query: entry.query }),
    models: {
      ...base.models,
      ...entry.models,
    },
  };
}

/** `none` is no slot: the provider takes no key. */
function slotsOf(credential: string | readonly string[]): readonly string[] {
  const slots = typeof credential === 'string' ? [credential] : credential;
  return slots.filter((slot) => slot !== 'none');
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function withoutPrivileges(provider: Provider): Provider {
  const { isAnthropic: _isAnthropic, isDemo: _isDemo, ...rest } = provider;
  return rest;
}
