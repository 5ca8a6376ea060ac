import type { ModelChanges } from './catalogueChanges';
import type { RetiredModel } from './chains';
import type { ChatModel } from './chatModels';
import type { KeyOrigins } from './keyOrigins';
import type { TierRoute } from './modelTiers';
import type { NetworkSettings } from './network';
import type { Phrase, Words } from './phrase';
import type { PlanUsage } from './planUsage';
import type { ProviderReach } from './reach';
import type { RequestTrace } from './requestTrace';
import type { StoredRest } from './restMemory';
import { type ApiKeys, failureKinds, type ProxySettings, type Scope } from './types';

/** The typed messages between the extension and the proxy's worker thread. Keys travel only here. */
export type ToWorker =
  /** First message, and again whenever settings or keys change; never needs a restart. */
  | {
      readonly type: 'configure';
      readonly version: string;
      readonly settings: ProxySettings;
      readonly keys: ApiKeys;
      /** Where each key may go; to no other address is it sent. */
      readonly keyOrigins: KeyOrigins;
      /** VS Code's settings for HTTP. */
      readonly network?: NetworkSettings;
      /** What `rests` last told, in this window or an earlier one. */
      readonly rests?: unknown;
      /** Where the refreshed catalogue is kept, for all windows. Without it nothing is refreshed by itself. */
      readonly storageFolder?: string | undefined;
    }
  /** Listen on 127.0.0.1. `preferredPort` 0 means any; a taken port falls back to a free one unless `exactPort`. */
  | {
      readonly type: 'listen';
      readonly preferredPort: number;
      readonly exactPort: boolean;
      readonly accessToken: string;
    }
  /** Refuse new requests, let running ones finish, then answer `closed`. */
  | { readonly type: 'close'; readonly graceMs: number }
  | { readonly type: 'resetHealth' }
  /** Which log lines are wanted from now on; `info` and above until it is told. */
  | { readonly type: 'logFrom'; readonly threshold: LogThreshold }
  /** A person has set or confirmed the key of this slot, be it the same as before. */
  | { readonly type: 'keyConfirmed'; readonly credential: string }
  /** Answered by `answered` with the same id. */
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  /** A request from inside the editor, in Anthropic Messages. Answered by `chatText`s and one `chatEnded` with the same id. */
  | { readonly type: 'chat'; readonly id: number; readonly body: string }
  /** So much of a `chatText` has been dealt with: only a bounded amount is sent ahead. */
  | { readonly type: 'chatTaken'; readonly id: number; readonly letters: number }
  | { readonly type: 'cancelChat'; readonly id: number };

/** What the extension may ask of the worker. */
export type Question =
  /** One cheap real call with the given key. */
  | { readonly about: 'key'; readonly providerId: string; readonly key: string }
  /** Every provider whose key is set is asked for its models. */
  | { readonly about: 'catalogue' }
  /** One provider is asked for its models. */
  | { readonly about: 'models'; readonly providerId: string }
  /** What is used of the plans that tell; an answer may be some minutes old. */
  | { readonly about: 'planUsage' }
  /** The scenarios and models that a chat inside the editor may choose. */
  | { readonly about: 'chatModels' }
  /** What a Messages request costs, in the tokens of the model that would be asked first. */
  | { readonly about: 'tokens'; readonly body: string }
  /** The scenarios in force, and the models that a chain may be made of. */
  | { readonly about: 'scenarios' }
  /** Every provider in use is asked, with the keys that the worker has. */
  | { readonly about: 'reach' };

/** The answer to the question that is about the same. */
export type Answer =
  | { readonly about: 'key'; readonly check: KeyCheck }
  | { readonly about: 'catalogue'; readonly refreshed: CatalogueRefreshed }
  /** The ids, without the provider's; none where it does not tell. */
  | { readonly about: 'models'; readonly models: readonly string[] }
  | { readonly about: 'planUsage'; readonly plans: readonly PlanUsage[] }
  | { readonly about: 'chatModels'; readonly models: readonly ChatModel[] }
  /** Absent for what is no Messages request. */
  | { readonly about: 'tokens'; readonly tokens?: number }
  | { readonly about: 'scenarios'; readonly overview: ScenarioOverview }
  | { readonly about: 'reach'; readonly providers: readonly ProviderReach[] };

export type AnswerTo<Asked extends Question> = Extract<Answer, { about: Asked['about'] }>;

export type FromWorker =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'listenFailed'; readonly code: string; readonly message: Words }
  | { readonly type: 'closed' }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string }
  | { readonly type: 'report'; readonly report: ProxyReport }
  | { readonly type: 'notice'; readonly notice: Notice }
  /** What should outlive a reload. Plain data for globalState, with hashes in place of keys. */
  | { readonly type: 'rests'; readonly rests: readonly StoredRest[] }
  | { readonly type: 'trace'; readonly trace: RequestTrace }
  /** `answer` is absent when a bug kept the worker from answering; the log has it. */
  | { readonly type: 'answered'; readonly id: number; readonly answer?: Answer }
  /** Whole lines, each the JSON text of a `ChatPart`. */
  | { readonly type: 'chatText'; readonly id: number; readonly text: string }
  | { readonly type: 'chatEnded'; readonly id: number };

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
/** Lines of this level and above are wanted; none at `off`. */
export type LogThreshold = LogLevel | 'off';

/** Something a person should be told in a notification; the worker sends each once per cause. */
export interface Notice {
  readonly kind: NoticeKind;
  /** One short sentence: "OpenCode rejected the API key." */
  readonly message: Phrase;
  /** The key slot, for the Set API Key button. */
  readonly credential: string;
  readonly providerId: string;
  readonly buttons: readonly NoticeButton[];
  readonly link?: string;
}
export const noticeKinds = [...failureKinds, 'safeguardsLeftOut'] as const;
export type NoticeKind = (typeof noticeKinds)[number];
export type NoticeButton = 'setApiKey' | 'openLink' | 'showLog';

export type KeyCheck =
  | {
      readonly outcome: 'accepted';
      readonly message: Phrase;
      /** Where a key may have a plan (OpenCode Go): whether this one has. */
      readonly plan?: 'active' | 'missing';
    }
  | { readonly outcome: 'rejected'; readonly message: Phrase }
  /** The key may be right, but the provider has no cheap check or could not be reached. */
  | { readonly outcome: 'unknown'; readonly message: Phrase };

export interface ScenarioOverview {
  /** In the order in which their rules are asked. */
  readonly scenarios: readonly ScenarioReport[];
  /** Of every provider that has its key or needs none, and of those whose models the chains name. */
  readonly models: readonly ModelReport[];
}

export interface ScenarioReport {
  readonly name: string;
  /** A person wrote it. */
  readonly isUsers: boolean;
  /** The fallback chain. */
  readonly models: readonly string[];
}

export interface ModelReport {
  /** `provider/model` */
  readonly name: string;
  /** "DeepSeek" */
  readonly provider: string;
  /** Its provider has its key or needs none. */
  readonly isProvided: boolean;
  /** In tokens, where known. */
  readonly context?: number;
  readonly images?: boolean;
  /** USD for a million tokens, where known. */
  readonly price?: { readonly input: number; readonly output: number };
}

/** What a refresh of the catalogue brought. */
export interface CatalogueRefreshed {
  /** The date of the facts that came with this version, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly providers: readonly ProviderRefreshed[];
  readonly retired: readonly RetiredModel[];
}

export interface ProviderRefreshed extends ModelChanges {
  /** "OpenCode Go" */
  readonly label: string;
  /** How many it offers. */
  readonly models: number;
  /** Why it was not refreshed. */
  readonly failure?: Words;
}

/** How old the model catalogue is, and what it put out of the built-in chains. */
export interface CatalogueReport {
  /** Of the facts that came with this version, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Epoch ms of the last refresh; absent before the first. */
  readonly refreshedAt?: number;
  readonly retired: readonly RetiredModel[];
}

/** What the status bar, its tooltip and Show Status tell. Sent at most every 250 ms while things change. */
export interface ProxyReport {
  readonly activeRequests: number;
  /** Every key slot that the chains in force use. */
  readonly credentials: readonly CredentialReport[];
  readonly targets: readonly TargetReport[];
  /** Plans, keys, hosts and targets in use that are not asked for a while; absent when all are. */
  readonly rests?: readonly RestReport[];
  /** True when at least one target of the default chain can be tried: it has its key or needs none. */
  readonly usable: boolean;
  /** The texts of requests and answers go to the log. */
  readonly logsContent?: true;
  /** The smallest context window that a conversation can meet in the chains, in tokens, where known. */
  readonly smallestContext?: number;
  readonly catalogue?: CatalogueReport;
  /** Where an ordinary turn of each of Claude Code's model tiers goes. */
  readonly modelTiers?: readonly TierRoute[];
}

export interface CredentialReport {
  readonly credential: string;
  readonly providerId: string;
  /** "OpenCode" */
  readonly label: string;
  /** The provider has other keys too, so that this one needs its name. */
  readonly isOneOfSeveral?: boolean;
  readonly state: 'unused' | 'accepted' | 'missing' | 'heldBack' | 'rejected' | 'blocked';
  /** For `heldBack`: where the key would go. */
  readonly origin?: string;
}

export interface TargetReport {
  /** `provider/model` */
  readonly name: string;
  readonly scenarios: readonly string[];
  /** `failing`: its last request failed, but not often enough to rest. */
  readonly state: 'unused' | 'serving' | 'failing' | 'resting' | 'probing';
  /** Epoch ms, for `resting`. */
  readonly restsUntil?: number;
  readonly lastTtftMs?: number;
  readonly lastServedAt?: number;
  /** In a few words. */
  readonly lastFailure?: Phrase;
}

/** What keeps targets from being asked. */
export interface RestReport {
  readonly scope: Exclude<Scope, 'request'>;
  /** As health names it: a target, `provider#slot`, a key slot, a host. */
  readonly name: string;
  /** One request is trying it. */
  readonly isProbed: boolean;
  /** Epoch ms; absent when only a new key ends the rest. */
  readonly untilAt?: number;
  /** Why, in a few words. */
  readonly words?: Phrase;
}
