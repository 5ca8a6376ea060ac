import { Worker } from 'node:worker_threads';
import type { ToWorker } from './proxy/protocol';

/** What the controller holds of the worker. */
export interface WorkerHandle {
  post(message: ToWorker): void;
  /** Ends the thread at once; resolves when it is gone. */
  terminate(): Promise<void>;
}

export interface WorkerListeners {
  readonly message: (value: unknown) => void;
  /** The thread ended; called once, after `terminate` too. */
  readonly ended: (reason: string) => void;
}

export type StartWorker = (listeners: WorkerListeners) => WorkerHandle;

// Several requests of up to 64 MiB may be in work at once, each parsed and encoded; beyond this the worker
// is given up instead of the whole extension host.
const maxHeapMb = 1024;

/** Starts the thread from the bundle at `path` with what it needs of the host's environment. */
export function workerStarter(path: string): StartWorker {
  return (listeners) => startWorkerThread(path, workerEnvironment(process.env), listeners);
}

/** Starts the proxy's thread from the bundle at `path`, with `environment` as its `process.env`. */
export function startWorkerThread(
  path: string,
  environment: Readonly<Record<string, string>>,
  listeners: WorkerListeners,
): WorkerHandle {
  const worker = new Worker(path, {
    name: 'switchyard',
    // The host's own flags (inspector, loaders) are not for the proxy.
    execArgv: [],
    env: { ...environment },
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  let lastError: string | undefined;
  worker.on('message', listeners.message);
  worker.on('messageerror', (error) => {
    lastError = error.message;
  });
  worker.on('error', (error: unknown) => {
    lastError = error instanceof Error ? (error.stack ?? error.message) : String(error);
  });
  worker.on('exit', (code) => listeners.ended(lastError ?? `exit code ${code}`));
  return {
    post: (message) => worker.postMessage(message),
    async terminate() {
      await worker.terminate();
    },
  };
}

/** Variables that the proxy may need; no keys and nothing of the person's shell beyond these. */
const passedOn =
  /^(PATH|HOME|USERPROFILE|SYSTEMROOT|WINDIR|TMPDIR|TMP|TEMP|TZ|LANG|LC_ALL|(HTTPS?|ALL|NO)_PROXY|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_(FILE|DIR))$/i;

/** The worker's `process.env`: what it needs of the host's. VS Code's own settings for HTTP go to it by message. */
export function workerEnvironment(
  host: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(host).flatMap(([name, value]) =>
      value !== undefined && passedOn.test(name) ? [[name, value]] : [],
    ),
  );
}
