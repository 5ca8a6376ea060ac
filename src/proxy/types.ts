import type { ImageSize } from './imageTokens';

/** The nouns of the proxy. Words as in the design: client, upstream, provider, target, scenario, route, failure, scope. */

import type { ChainOwner } from './chainOwners';
import type { ScenarioConditions } from './conditions';
import type { Phrase, Words } from './phrase';

export const wireFormats = [
  'anthropic-messages',
  'openai-chat',
  'openai-responses',
  'gemini',
] as const;
export type WireFormat = (typeof wireFormats)[number];

export const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof efforts)[number];

/** Ways in which a model departs from its wire format. Data, never `if (model === …)`. */
export interface ModelQuirks {
  /** Every assistant message of the history needs `reasoning_content`, be it empty. */
  readonly reasoningContentInHistory?: boolean | undefined;
  readonly noTemperature?: boolean | undefined;
  readonly noReasoningEffort?: boolean | undefined;
  readonly thinkingAlwaysOn?: boolean | undefined;
  readonly adaptiveThinking?: boolean | undefined;
  /** The model accepts (and gives) thinking blocks with an empty signature. */
  readonly emptySignatureOk?: boolean | undefined;
  /** `role:"system"` messages are accepted in the middle of a conversation. */
  readonly midConversationSystem?: boolean | undefined;
  /** The effort value that switches reasoning off. */
  readonly effortForOff?: 'none' | undefined;
}

/** What is known of a model. Absent means unknown, never "no". Windows and limits are in tokens. */
export interface ModelFacts {
  readonly wireFormat?: WireFormat | undefined;
  readonly context?: number | undefined;
  readonly maxOutput?: number | undefined;
  readonly images?: boolean | undefined;
  /** Whether the model can call the client's tools. */
  readonly tools?: boolean | undefined;
  /** Families of server tools that the upstream runs for this model, such as `web_search`. Anthropic itself runs all. */
  readonly serverTools?: readonly string[] | undefined;
  readonly efforts?: readonly Effort[] | undefined;
  readonly quirks?: ModelQuirks | undefined;
  readonly price?: Price | undefined;
  /** What a whole request costs instead, whose input is longer than this many tokens. */
  readonly priceAbove?: { readonly inputTokens: number; readonly price: Price } | undefined;
  readonly parameters?: Parameters | undefined;
}

/** USD per million tokens. A cache price of 0 beside a real input price means that the provider names none. */
export type Price = readonly [input: number, output: number, cacheRead: number, cacheWrite: number];

/** Parameters that a scenario or a provider's model sets; they win over the client's. */
export interface Parameters {
  readonly temperature?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly effort?: Effort | undefined;
  readonly thinking?: 'enabled' | 'disabled' | undefined;
}

/** Who runs an upstream. */
export interface Provider {
  readonly id: string;
  /** The name that people know, for messages: "OpenCode". */
  readonly label: string;
  /** The name of the billing plan where one key has several: "OpenCode Go". Default: the label. */
  readonly planLabel?: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** The key slots in the order of preference; empty when the provider takes no key. */
  readonly credentials: readonly string[];
  readonly wireFormat: WireFormat;
  /** First matching glob decides the wire format of a model that the catalogue does not know. */
  readonly formatRules?: readonly (readonly [glob: string, format: WireFormat])[];
  readonly models: Readonly<Record<string, ModelFacts>>;
  /** What the newest refresh of the catalogue brought. */
  readonly learned?: LearnedModels;
  /** Speaks for Anthropic itself: requests pass through whole, private fields included. */
  readonly isAnthropic?: boolean;
  /** An OpenCode gateway: its error bodies follow its own rules. */
  readonly isOpencode?: boolean;
  /** Answered inside Switchyard, without any network. */
  readonly isDemo?: boolean;
  /** `max_tokens` in Chat Completions unless the host wants the newer name. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** A cheap GET under the base URL that tells whether a key is accepted. */
  readonly keyCheckPath?: string;
  /** Where a person gets a key. */
  readonly keyPageUrl?: string;
  /** Sent with every call, names in lower case; `${credential}` in a value stands for the API key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Added to the URL of every call. */
  readonly query?: Readonly<Record<string, string>> | undefined;
}

/** What a provider says of its models today, over what came with this version. */
export interface LearnedModels {
  /** Every model of its own list; absent where it gave none. */
  readonly listed?: readonly string[];
  readonly facts: Readonly<Record<string, ModelFacts>>;
}

/** One link of a fallback chain. */
export interface Target {
  readonly provider: Provider;
  /** The key slot: in a route the one to begin with, if it matters; in an attempt the one in use, if the provider takes keys. */
  readonly credential?: string | undefined;
  readonly model: string;
  readonly facts: ModelFacts;
  readonly wireFormat: WireFormat;
  readonly parameters: Parameters;
}

/** `provider/model`, as written in settings and logs. */
export function targetName(target: { provider: { id: string }; model: string }): string {
  return `${target.provider.id}/${target.model}`;
}

/** The agents that new terminals can be pointed to; `openai` is whoever reads the variables of OpenAI's SDKs. */
export const terminalAgents = ['claude', 'opencode', 'openai'] as const;
export type TerminalAgent = (typeof terminalAgents)[number];

export const requestClasses = ['main', 'subagent', 'auxiliary', 'compaction'] as const;
export type RequestClass = (typeof requestClasses)[number];

/** What routing may know of a request. Measured once, before any upstream is called. */
export interface RequestFacts {
  /** Without what clients add to a name: a variant such as `[1m]`, the prefix of Claude Code's model picker. */
  readonly requestedModel: string;
  readonly stream: boolean;
  /** Estimated, and the same for every model; routing rules compare this one. `TokenMeter` tells it for a target. */
  readonly inputTokens: number;
  /** Of all images; absent when there are none. */
  readonly imageSizes?: readonly ImageSize[];
  readonly hasImages: boolean;
  readonly hasTools: boolean;
  readonly thinking: boolean;
  readonly effort: Effort | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly requestClass: RequestClass;
  readonly agentType: string | undefined;
  readonly userAgent: string;
  /** The client's session, or one derived from the conversation. */
  readonly sessionId: string;
}

/** Scenario, reason and fallback chain, decided for one request. */
export interface Route {
  readonly scenario: string;
  readonly reason: Phrase;
  readonly targets: readonly Target[];
  /** Links of the chain left out before any call, as written, each with its reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: Phrase }[];
  /** The rules in the order in which they were asked, up to the one that won; `why` tells why one held or did not. */
  readonly considered: readonly ConsideredRule[];
  /** Types of the server tools that the whole request is about and that no target runs. */
  readonly lackingServerTools: readonly string[];
}

export interface ConsideredRule {
  /** A scenario's name, `modelOverrides <glob>`, or `requested model`. */
  readonly rule: Words;
  readonly matched: boolean;
  readonly why: Phrase;
}

export const scopes = ['request', 'target', 'plan', 'credential', 'host'] as const;
/** What a failure condemns. */
export type Scope = (typeof scopes)[number];

/** In the order in which a person should hear of them when nothing served. */
export const failureKinds = [
  'missingKey',
  'keyHeldBack',
  'keyRejected',
  'accountBlocked',
  'accountUnfunded',
  'planMissing',
  'planLimit',
  'networkRefused',
  'modelRefused',
  'wrongWireFormat',
  'rateLimited',
  'overloaded',
  'serverError',
  'timeout',
  'unreachable',
  'brokenStream',
  'contextTooLong',
  'badRequest',
  'contentRefused',
  'cancelled',
] as const;
export type FailureKind = (typeof failureKinds)[number];

export type DeadlinePhase = 'connect' | 'firstToken' | 'idle';

/** Why an attempt did not serve. A value, never an exception. */
export interface Failure {
  readonly kind: FailureKind;
  /** The upstream's own words, cleaned of keys and control characters and at most 300 characters, or ours. */
  readonly detail: Words;
  /** `detail` repeats a part of the request, so that it is written nowhere. */
  readonly repeatsRequest?: true;
  /** The provider, key slot and model that were tried. */
  readonly provider: Provider;
  readonly credential?: string | undefined;
  readonly model: string;
  readonly upstreamStatus?: number;
  /** Epoch ms: when the upstream says it will serve again. */
  readonly resetsAt?: number;
  /** Epoch ms: when health memory lets the next request try. */
  readonly retryAt?: number;
  /** A page where a person can mend it (billing, plan). https only. */
  readonly link?: string;
  /** For `timeout`: which deadline passed, and its length. */
  readonly phase?: DeadlinePhase;
  readonly timeoutMs?: number;
  /** For `planLimit`: "5 hour", "weekly", "monthly". */
  readonly limitName?: string;
  /** For `contextTooLong`: how long the prompt is and how long it may be, where known. */
  readonly tokens?: number;
  readonly maxTokens?: number;
  /** The address of the proxy that failed, where the failure is about everything behind it. */
  readonly proxy?: string;
  /** A bare 401 that names no reason: the classifier had to guess whom to blame. */
  readonly isUnexplained?: boolean;
  /** True when health memory answered and no upstream was called. */
  readonly remembered?: boolean;
}

/**
 * `outdated`: the key was changed while the attempt ran, so that its failure says nothing about the key in force.
 * `missing`: no call was made for want of a key. `remembered`: health memory answered.
 */
export const failureOrigins = ['attempted', 'outdated', 'remembered', 'missing'] as const;
export type FailureOrigin = (typeof failureOrigins)[number];

/** The settings that the proxy itself needs; the extension's schema gives exactly this. */
export interface ProxySettings {
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly scenarios: Readonly<Record<string, ScenarioSettings>>;
  /** Glob over the requested model → scenario name, or the chain itself. */
  readonly modelOverrides: Readonly<Record<string, string | readonly string[]>>;
  readonly onAuthError: 'stop' | 'tryOtherCredentials';
  readonly timeouts: Timeouts;
  /** Whose models the built-in scenarios use. Default: OpenCode Go. */
  readonly chains?: ChainOwner;
  readonly catalogueRefresh?: CatalogueRefresh;
  /** Write the texts of requests and answers to the log. */
  readonly logContent?: boolean | undefined;
}

/** Who is asked once a day for the models of today; `modelsDev`: models.dev too. Default: the providers. */
export const catalogueRefreshes = ['providers', 'modelsDev', 'off'] as const;
export type CatalogueRefresh = (typeof catalogueRefreshes)[number];

export interface Timeouts {
  readonly connectMs: number;
  readonly firstTokenMs: number;
  readonly idleMs: number;
}

export interface ProviderSettings {
  readonly baseUrl?: string | undefined;
  readonly wireFormat?: WireFormat | undefined;
  /** `none`, a key slot, or several in the order of preference. */
  readonly credential?: string | readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly models?: Readonly<Record<string, ModelSettings>> | undefined;
}

/** A model entry of the user's settings. */
export type ModelSettings = Pick<
  ModelFacts,
  'wireFormat' | 'context' | 'maxOutput' | 'images' | 'tools' | 'serverTools' | 'parameters'
>;

export interface ScenarioSettings {
  readonly when?: ScenarioConditions | undefined;
  /** Rules with a higher number are asked first. */
  readonly priority?: number | undefined;
  readonly models: readonly string[];
  readonly parameters?: Parameters | undefined;
}

/** Key slot → API key. Never logged, never serialised but to the worker. */
export type ApiKeys = Readonly<Record<string, string>>;

export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
