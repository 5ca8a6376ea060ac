import {
  type ControllerOptions,
  type ControllerTimeouts,
  defaultTimeouts,
  type ProxyInputs,
} from './controllerOptions';
import { render } from './proxy/phrase';
import type { AnswerTo, ProxyReport, Question } from './proxy/protocol';
import type { ProxyStatus, StartFailure } from './proxyStatus';
import { type ChatListener, WorkerSession } from './workerSession';

/** How long the Stop command lets running requests finish. */
const stopGraceMs = 60_000;
/** Shorter, since new requests are refused meanwhile. */
const restartGraceMs = 10_000;
/** More crashes than this within the window mean that the next start would crash too. */
const crashLimit = 3;
const crashWindowMs = 60_000;

/**
 * Owns the proxy's worker thread. Callers say what they want (`start`, `stop`, `restart`); one loop at a
 * time brings the thread there, so that calls that overlap end in the state asked for last.
 */
export class ProxyController {
  readonly #options: ControllerOptions;
  readonly #timeouts: ControllerTimeouts;
  readonly #now: () => number;
  #status: ProxyStatus = { state: 'stopped' };
  #session: WorkerSession | undefined;
  /** The last of the present worker; it may come before the answer to `listen`. */
  #report: ProxyReport | undefined;
  #wanted: 'running' | 'stopped' = 'stopped';
  #isRestartWanted = false;
  #settling: Promise<void> | undefined;
  #graceMs = stopGraceMs;
  #crashedAt: readonly number[] = [];
  #lastPort = 0;
  #configuredPort = 0;
  /** Credentials whose key a person confirmed while no worker was there to be told. */
  readonly #confirmed = new Set<string>();
  readonly #logWatch: { dispose(): void };

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#now = options.now ?? Date.now;
    this.#logWatch = options.logThreshold.onDidChange(() => this.#tellLogThreshold());
  }

  get status(): ProxyStatus {
    return this.#status;
  }

  /** Resolves when the proxy runs or has failed to. */
  start(): Promise<void> {
    this.#wanted = 'running';
    return this.#settle();
  }

  /** Lets running requests finish for `graceMs`; asked again while stopping, it stops at once. */
  stop(graceMs: number = stopGraceMs): Promise<void> {
    this.#wanted = 'stopped';
    this.#graceMs = graceMs;
    if (this.#status.state === 'stopping') this.#session?.hurry(this.#timeouts.closeMarginMs);
    // Nobody wants it to run any more, so that its failure is no news.
    if (this.#status.state === 'failed') this.#setStatus({ state: 'stopped' });
    return this.#settle();
  }

  toggle(): Promise<void> {
    return this.#wanted === 'running' ? this.stop() : this.start();
  }

  /** For what a running proxy cannot take over; nothing when it is stopped. Asked during a restart: once more. */
  restart(): Promise<void> {
    if (this.#wanted === 'stopped') return Promise.resolve();
    this.#isRestartWanted = true;
    this.#graceMs = restartGraceMs;
    return this.#settle();
  }

  /** Hands changed settings and keys to the running proxy. Only a changed port costs a restart, or mends a start. */
  async configure(): Promise<void> {
    const session = this.#session;
    if (session === undefined && !this.#hasFailedAtPort()) return;
    const inputs = await this.#options.inputs();
    if (this.#session !== session) return;
    if (session === undefined) {
      const isMended = this.#hasFailedAtPort() && inputs.settings.port !== this.#configuredPort;
      return isMended ? this.start() : undefined;
    }
    this.#configureSession(session, inputs);
    if (inputs.settings.port !== this.#configuredPort) await this.restart();
  }

  /** A person set the key of `credential`: what is remembered against it does not count any more. */
  async keyConfirmed(credential: string): Promise<void> {
    this.#confirmed.add(credential);
    // First the key, if it is a new one.
    await this.configure();
    if (this.#session !== undefined) this.#tellConfirmed(this.#session);
  }

  resetHealth(): void {
    this.#session?.post({ type: 'resetHealth' });
  }

  /** The worker's answer; undefined when the proxy does not run, does not answer in time, or `signal` aborts. */
  async ask<Asked extends Question>(
    question: Asked,
    signal?: AbortSignal,
  ): Promise<AnswerTo<Asked> | undefined> {
    if (this.#status.state !== 'running') return undefined;
    return this.#session?.ask(question, { timeoutMs: this.#timeouts.askMs, signal });
  }

  /** Runs a chat past the port and returns what cancels it; undefined when the proxy does not run. */
  chat(body: string, listener: ChatListener): (() => void) | undefined {
    return this.#status.state === 'running' ? this.#session?.chat(body, listener) : undefined;
  }

  /** Ends the thread without ceremony. May be called twice, and after `stop`. */
  dispose(): void {
    this.#wanted = 'stopped';
    this.#logWatch.dispose();
    void this.#session?.terminate();
    this.#session = undefined;
  }

  #settle(): Promise<void> {
    this.#settling ??= this.#settleNow();
    return this.#settling;
  }

  async #settleNow(): Promise<void> {
    // Lets `#settling` be assigned before the `finally` below clears it.
    await Promise.resolve();
    try {
      for (;;) {
        const session = this.#session;
        if (session === undefined) {
          if (this.#wanted === 'stopped') return;
          this.#isRestartWanted = false;
          await this.#launch();
        } else if (this.#wanted === 'stopped' || this.#isRestartWanted) {
          await this.#shutDown(session);
        } else return;
      }
    } finally {
      this.#settling = undefined;
    }
  }

  async #launch(): Promise<void> {
    this.#setStatus({ state: 'starting' });
    const session = this.#openSession();
    const accessToken = await this.#options.accessToken();
    // Last, and posted at once: inputs of a `configure` that overlaps must not be overwritten by older ones.
    const inputs = await this.#options.inputs();
    if (this.#session !== session) return;
    this.#configuredPort = inputs.settings.port;
    this.#configureSession(session, inputs);
    this.#tellConfirmed(session);
    for (const preferredPort of this.#portsToTry(inputs.settings.port)) {
      const exactPort = preferredPort !== 0;
      const request = { preferredPort, exactPort, accessToken };
      const answer = await session.listen(request, this.#timeouts.startMs);
      // The crash has been dealt with where it was told.
      if (answer.type === 'died' || this.#session !== session) return;
      if (answer.type === 'timeout') return this.#giveUp(session, { kind: 'noAnswer' });
      if (answer.type === 'listening') return this.#nowRunning(answer.port, preferredPort);
      if (preferredPort === 0 || inputs.settings.port !== 0) {
        const isTaken = answer.code === 'EADDRINUSE';
        const { message } = answer;
        return this.#giveUp(
          session,
          isTaken
            ? { kind: 'portTaken', port: inputs.settings.port }
            : { kind: 'cannotListen', message },
        );
      }
    }
  }

  /** A fixed port only; else the one that this window had, those of the workspace, and any. */
  #portsToTry(port: number): readonly number[] {
    if (port !== 0) return [port];
    const known = [this.#lastPort, ...this.#options.ports.remembered()];
    return [...new Set(known.filter((candidate) => candidate !== 0)), 0];
  }

  #nowRunning(port: number, preferredPort: number): void {
    this.#lastPort = port;
    // A port that another program holds stays remembered too: a second window of the workspace may be that program.
    if (preferredPort === 0) this.#options.ports.remember(port);
    this.#options.onLog('info', `proxy listens on http://127.0.0.1:${port}`);
    this.#setStatus({ state: 'running', port, report: this.#report });
  }

  async #shutDown(session: WorkerSession): Promise<void> {
    const status = this.#status;
    const activeRequests = status.state === 'running' ? (status.report?.activeRequests ?? 0) : 0;
    // A restart is a start that takes longer: what hangs on "stopping" (the terminals' variables) is to stay.
    const isFinal = this.#wanted === 'stopped';
    this.#setStatus(isFinal ? { state: 'stopping', activeRequests } : { state: 'starting' });
    await session.close(this.#graceMs, this.#timeouts.closeMarginMs);
    this.#session = undefined;
    this.#options.onLog('info', 'proxy stopped');
    if (this.#wanted === 'stopped') this.#setStatus({ state: 'stopped' });
  }

  #openSession(): WorkerSession {
    const session: WorkerSession = new WorkerSession(this.#options.startWorker, {
      report: (report) => this.#reported(report),
      notice: this.#options.onNotice,
      rests: (rests) => this.#options.rests.keep(rests),
      trace: this.#options.onTrace,
      log: this.#options.onLog,
      died: (reason) => this.#died(reason),
    });
    this.#session = session;
    this.#report = undefined;
    this.#tellLogThreshold();
    return session;
  }

  #reported(report: ProxyReport): void {
    this.#report = report;
    const status = this.#status;
    if (status.state === 'running') this.#setStatus({ ...status, report });
    else if (status.state === 'stopping') {
      this.#setStatus({ state: 'stopping', activeRequests: report.activeRequests });
    }
  }

  #died(reason: string): void {
    this.#session = undefined;
    const now = this.#now();
    this.#crashedAt = [...this.#crashedAt, now].filter((at) => now - at < crashWindowMs);
    const willRestart = this.#crashedAt.length <= crashLimit;
    this.#options.onLog('error', `the proxy's thread ended by itself: ${reason}`);
    this.#options.onCrash({ willRestart });
    if (willRestart) {
      void this.#settle();
      return;
    }
    this.#crashedAt = [];
    this.#failed({ kind: 'crashed', message: reason });
  }

  #giveUp(session: WorkerSession, reason: StartFailure): void {
    this.#session = undefined;
    void session.terminate();
    const told = { ...reason, ...('message' in reason ? { message: render(reason.message) } : {}) };
    this.#options.onLog('error', `the proxy could not start: ${JSON.stringify(told)}`);
    this.#failed(reason);
  }

  #failed(reason: StartFailure): void {
    this.#wanted = 'stopped';
    this.#setStatus({ state: 'failed', reason });
    this.#options.onFailed(reason);
  }

  /** A failure that another port may mend. */
  #hasFailedAtPort(): boolean {
    if (this.#status.state !== 'failed') return false;
    const { kind } = this.#status.reason;
    return kind === 'portTaken' || kind === 'cannotListen';
  }

  #tellLogThreshold(): void {
    this.#session?.post({ type: 'logFrom', threshold: this.#options.logThreshold.current() });
  }

  #tellConfirmed(session: WorkerSession): void {
    for (const credential of this.#confirmed) session.post({ type: 'keyConfirmed', credential });
    this.#confirmed.clear();
  }

  #configureSession(session: WorkerSession, inputs: ProxyInputs): void {
    const { version, storageFolder, rests, network } = this.#options;
    const kept = { storageFolder, rests: rests.recall(), network: network() };
    session.post({ type: 'configure', version, ...inputs, ...kept });
  }

  #setStatus(status: ProxyStatus): void {
    this.#status = status;
    this.#options.onStatus(status);
  }
}
