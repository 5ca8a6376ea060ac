import type { KeyOrigins } from './proxy/keyOrigins';
import type { NetworkSettings } from './proxy/network';
import type { LogLevel, LogThreshold, Notice } from './proxy/protocol';
import type { RequestTrace } from './proxy/requestTrace';
import type { ApiKeys, ProxySettings } from './proxy/types';
import type { ProxyStatus, StartFailure } from './proxyStatus';
import type { RestKeeper } from './restKeeper';
import type { StartWorker } from './workerThread';
import type { PortMemory } from './workspaceMemory';

/** What the proxy runs with. */
export interface ProxyInputs {
  /** `port` 0 = any, the remembered ones first. */
  readonly settings: ProxySettings & { readonly port: number };
  readonly keys: ApiKeys;
  readonly keyOrigins: KeyOrigins;
}

export interface ControllerOptions {
  readonly startWorker: StartWorker;
  /** Of the extension, for the proxy's User-Agent. */
  readonly version: string;
  /** Where the worker keeps the refreshed catalogue, for all windows; without it nothing is refreshed by itself. */
  readonly storageFolder?: string;
  /** Read at each start and each `configure`. */
  readonly inputs: () => Promise<ProxyInputs>;
  /** VS Code's settings for HTTP, which a worker thread does not get by itself. Read at the same times. */
  readonly network: () => NetworkSettings;
  readonly accessToken: () => Promise<string>;
  readonly ports: PortMemory;
  readonly rests: RestKeeper;
  readonly onStatus: (status: ProxyStatus) => void;
  /** Told once for each failure, whereas a status may be shown again. */
  readonly onFailed: (reason: StartFailure) => void;
  readonly onNotice: (notice: Notice) => void;
  readonly onTrace: (trace: RequestTrace) => void;
  readonly onLog: (level: LogLevel, message: string) => void;
  /** Which lines `onLog` is told of by the worker. */
  readonly logThreshold: LogThresholdSource;
  /** The worker ended by itself; `willRestart` is false when it did so too often. */
  readonly onCrash: (crash: { readonly willRestart: boolean }) => void;
  readonly now?: () => number;
  readonly timeouts?: Partial<ControllerTimeouts>;
}

/** A choice that a person may change at any time. */
export interface LogThresholdSource {
  current(): LogThreshold;
  onDidChange(listener: () => void): { dispose(): void };
}

export interface ControllerTimeouts {
  readonly startMs: number;
  /** Beyond the grace given to running requests. */
  readonly closeMarginMs: number;
  readonly askMs: number;
}

// A start takes 0.1 s; a loaded machine may need a hundred times that.
export const defaultTimeouts: ControllerTimeouts = {
  startMs: 30_000,
  closeMarginMs: 1_500,
  askMs: 20_000,
};
