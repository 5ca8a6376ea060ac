import { Worker } from 'node:worker_threads';
import { compiledCode } from './compiledCode';
import type { ToWorker } from './proxy/protocol';
import { versionOf } from './workspaceMemory';

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

/** What is used of VS Code's `ExtensionContext`. */
export interface StarterContext {
  asAbsolutePath(file: string): string;
  readonly extension: { readonly packageJSON: unknown };
  readonly globalStorageUri: { readonly fsPath: string };
}

/** Starts the thread with what it needs of the host's environment, and with the code that V8 compiled when it last ran. */
export function workerStarter({
  asAbsolutePath,
  extension,
  globalStorageUri,
}: StarterContext): StartWorker {
  const bundle = asAbsolutePath('dist/proxy.js');
  const code = compiledCode(globalStorageUri.fsPath, versionOf(extension.packageJSON));
  void code.forgetOtherVersions();
  return (listeners) => {
    const environment = { ...workerEnvironment(process.env), NODE_COMPILE_CACHE: code.folder };
    return startWorkerThread(bundle, environment, listeners);
  };
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
  /^(PATH|HOME|USERPROFILE|SYSTEMROOT|WINDIR|TMPDIR|TMP|TEMP|TZ|LANG|LC_ALL|(HTTPS?|ALL|NO)_PROXY|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|NODE_DISABLE_COMPILE_CACHE|SSL_CERT_(FILE|DIR))$/i;

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
