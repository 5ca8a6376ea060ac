import type {
  Answer,
  AnswerTo,
  FromWorker,
  LogLevel,
  Notice,
  ProxyReport,
  Question,
  ToWorker,
} from './proxy/protocol';
import type { RequestTrace } from './proxy/requestTrace';
import type { StoredRest } from './proxy/restMemory';
import { assertNever } from './proxy/types';
import { readWorkerMessage } from './workerMessages';
import type { StartWorker, WorkerHandle } from './workerThread';

export interface SessionListeners {
  readonly report: (report: ProxyReport) => void;
  readonly notice: (notice: Notice) => void;
  readonly rests: (rests: readonly StoredRest[]) => void;
  readonly trace: (trace: RequestTrace) => void;
  readonly log: (level: LogLevel, message: string) => void;
  /** The thread ended without being asked to. */
  readonly died: (reason: string) => void;
}

export type ListenAnswer =
  | Extract<FromWorker, { type: 'listening' | 'listenFailed' }>
  | { readonly type: 'timeout' }
  | { readonly type: 'died' };

/** Who waits for the answer of a chat. */
export interface ChatListener {
  readonly text: (lines: string) => void;
  /** Told once; `died` when the thread ended before the answer did. */
  readonly ended: (how: 'answered' | 'died') => void;
}

/** The life of one worker thread: what was asked of it, and who waits for which answer. */
export class WorkerSession {
  readonly #handle: WorkerHandle;
  readonly #listeners: SessionListeners;
  readonly #asked = new Map<number, (answer: Answer | undefined) => void>();
  readonly #chats = new Map<number, ChatListener>();
  #lastAskId = 0;
  #listenAnswered: ((answer: ListenAnswer) => void) | undefined;
  #closed: (() => void) | undefined;
  #isEnding = false;

  constructor(startWorker: StartWorker, listeners: SessionListeners) {
    this.#listeners = listeners;
    this.#handle = startWorker({
      message: (value) => this.#receive(value),
      ended: (reason) => this.#ended(reason),
    });
  }

  post(message: ToWorker): void {
    this.#handle.post(message);
  }

  listen(
    request: Omit<Extract<ToWorker, { type: 'listen' }>, 'type'>,
    timeoutMs: number,
  ): Promise<ListenAnswer> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#listenAnswered?.({ type: 'timeout' }), timeoutMs);
      this.#listenAnswered = (answer) => {
        clearTimeout(timer);
        this.#listenAnswered = undefined;
        resolve(answer);
      };
      this.post({ type: 'listen', ...request });
    });
  }

  /** Undefined when the worker does not answer in time, ends, or `signal` aborts. */
  ask<Asked extends Question>(
    question: Asked,
    limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<AnswerTo<Asked> | undefined> {
    const { signal, timeoutMs } = limits;
    this.#lastAskId += 1;
    const id = this.#lastAskId;
    return new Promise((resolve) => {
      const finish = (answer: Answer | undefined): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        this.#asked.delete(id);
        resolve(answer !== undefined && isAbout(answer, question) ? answer : undefined);
      };
      const giveUp = (): void => finish(undefined);
      const timer = setTimeout(giveUp, timeoutMs);
      signal?.addEventListener('abort', giveUp);
      this.#asked.set(id, finish);
      if (signal?.aborted === true) giveUp();
      else this.post({ type: 'ask', id, question });
    });
  }

  /** Runs a chat and returns what cancels it; nothing is told after that. */
  chat(body: string, listener: ChatListener): () => void {
    this.#lastAskId += 1;
    const id = this.#lastAskId;
    this.#chats.set(id, listener);
    this.post({ type: 'chat', id, body });
    return () => {
      if (this.#chats.delete(id)) this.post({ type: 'cancelChat', id });
    };
  }

  /** Lets running requests finish for `graceMs`, then ends the thread, whether it answered or not. */
  async close(graceMs: number, marginMs: number): Promise<void> {
    this.#isEnding = true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs + marginMs);
      this.#closed = () => {
        clearTimeout(timer);
        resolve();
      };
      this.post({ type: 'close', graceMs });
    });
    await this.terminate();
  }

  /** While closing: running requests are ended now. */
  hurry(marginMs: number): void {
    this.post({ type: 'close', graceMs: 0 });
    setTimeout(() => this.#closed?.(), marginMs);
  }

  async terminate(): Promise<void> {
    this.#isEnding = true;
    this.#releaseWaiters();
    await this.#handle.terminate();
  }

  #receive(value: unknown): void {
    const message = readWorkerMessage(value);
    if (message === undefined) {
      this.#listeners.log('error', 'the proxy sent a message that the extension does not know');
      return;
    }
    switch (message.type) {
      case 'listening':
      case 'listenFailed':
        this.#listenAnswered?.(message);
        break;
      case 'closed':
        this.#closed?.();
        break;
      case 'log':
        this.#listeners.log(message.level, message.message);
        break;
      case 'report':
        this.#listeners.report(message.report);
        break;
      case 'notice':
        this.#listeners.notice(message.notice);
        break;
      case 'rests':
        this.#listeners.rests(message.rests);
        break;
      case 'trace':
        this.#listeners.trace(message.trace);
        break;
      case 'answered':
        this.#asked.get(message.id)?.(message.answer);
        break;
      case 'chatText':
        this.#chats.get(message.id)?.text(message.text);
        this.post({ type: 'chatTaken', id: message.id, letters: message.text.length });
        break;
      case 'chatEnded':
        this.#endChat(message.id, 'answered');
        break;
      default:
        assertNever(message);
    }
  }

  #endChat(id: number, how: 'answered' | 'died'): void {
    const listener = this.#chats.get(id);
    this.#chats.delete(id);
    listener?.ended(how);
  }

  #ended(reason: string): void {
    const wasExpected = this.#isEnding;
    this.#isEnding = true;
    // Told first, so that whoever waits finds the controller's state already changed.
    if (!wasExpected) this.#listeners.died(reason);
    this.#releaseWaiters();
  }

  #releaseWaiters(): void {
    this.#listenAnswered?.({ type: 'died' });
    this.#closed?.();
    for (const finish of this.#asked.values()) finish(undefined);
    for (const id of [...this.#chats.keys()]) this.#endChat(id, 'died');
  }
}

function isAbout<Asked extends Question>(
  answer: Answer,
  question: Asked,
): answer is AnswerTo<Asked> {
  return answer.about === question.about;
}
