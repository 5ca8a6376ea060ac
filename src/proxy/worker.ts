import { parentPort } from 'node:worker_threads';
import type { RunningChat } from './chats';
import { readListenError } from './listenError';
import { createLogger, type LogOutput, reaches } from './log';
import type { Answer, FromWorker, LogThreshold, Question, ToWorker } from './protocol';
import { createProxy, type SwitchyardProxy } from './proxy';
import { assertNever } from './types';

/** Entry of the worker thread: messages in, events out. See protocol.ts. */
function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('this is the entry of a worker thread');
  const post = (message: FromWorker) => port.postMessage(message);
  let threshold: LogThreshold = 'info';
  const output: LogOutput = {
    write: (level, message) => post({ type: 'log', level, message }),
    isShown: (level) => reaches(level, threshold),
  };
  const proxy = createProxy({
    ...output,
    onReport: (report) => post({ type: 'report', report }),
    onNotice: (notice) => post({ type: 'notice', notice }),
    onRests: (rests) => post({ type: 'rests', rests }),
    onTrace: (trace) => post({ type: 'trace', trace }),
  });
  const chats = new Map<number, RunningChat>();
  const log = createLogger(output, proxy.redact);
  const logBug = (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error(`bug in the proxy's worker: ${text}`);
  };
  const logFrom = (next: LogThreshold) => {
    threshold = next;
  };
  // One after the other: a `listen` must not overtake the `close` before it.
  let previous = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    const handled = () =>
      handle({ proxy, chats, logFrom, post }, message).catch((error: unknown) => logBug(error));
    if (message.type === 'listen') previous = previous.then(handled);
    // At once, so that a second `close` can hurry the first; whatever listens next still waits for both.
    else if (message.type === 'close') previous = Promise.all([previous, handled()]).then(() => {});
    else void handled();
  });
  process.on('uncaughtException', (error) => {
    logBug(error);
    // State after a bug is not to be trusted; the extension starts a fresh worker on the same port.
    setImmediate(() => process.exit(1));
  });
}

interface Desk {
  readonly proxy: SwitchyardProxy;
  /** Those that run, by the extension's number. */
  readonly chats: Map<number, RunningChat>;
  readonly logFrom: (threshold: LogThreshold) => void;
  readonly post: (message: FromWorker) => void;
}

async function handle({ proxy, chats, logFrom, post }: Desk, message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'configure':
      return proxy.configure(message);
    case 'listen':
      return post(await listen(proxy, message));
    case 'close':
      await proxy.close(message.graceMs);
      return post({ type: 'closed' });
    case 'keyConfirmed':
      return proxy.keyConfirmed(message.credential);
    case 'logFrom':
      return logFrom(message.threshold);
    case 'resetHealth':
      return proxy.resetHealth();
    case 'ask': {
      const { id, question } = message;
      try {
        return post({ type: 'answered', id, answer: await answer(proxy, question) });
      } catch (error) {
        post({ type: 'answered', id });
        throw error;
      }
    }
    case 'chat': {
      const { id, body } = message;
      const chat = proxy.chats.start(body, {
        text: (text) => post({ type: 'chatText', id, text }),
        ended() {
          chats.delete(id);
          post({ type: 'chatEnded', id });
        },
      });
      chats.set(id, chat);
      return;
    }
    case 'chatTaken':
      return chats.get(message.id)?.taken(message.letters);
    case 'cancelChat':
      return chats.get(message.id)?.cancel();
    default:
      return assertNever(message);
  }
}

async function answer(proxy: SwitchyardProxy, question: Question): Promise<Answer> {
  const { about } = question;
  switch (about) {
    case 'key':
      return { about, check: await proxy.checkKey(question.providerId, question.key) };
    case 'catalogue':
      return { about, refreshed: await proxy.refreshCatalogue() };
    case 'models':
      return { about, models: await proxy.modelsOf(question.providerId) };
    case 'planUsage':
      return { about, plans: await proxy.planUsage() };
    case 'chatModels':
      return { about, models: proxy.chats.models() };
    case 'tokens': {
      const tokens = proxy.chats.countTokens(question.body);
      return tokens === undefined ? { about } : { about, tokens };
    }
    case 'scenarios':
      return { about, overview: proxy.scenarioOverview() };
    case 'reach':
      return { about, providers: await proxy.reach() };
    default:
      return assertNever(about);
  }
}

async function listen(
  proxy: SwitchyardProxy,
  { preferredPort, exactPort, accessToken }: Extract<ToWorker, { type: 'listen' }>,
): Promise<FromWorker> {
  try {
    return { type: 'listening', port: await proxy.listen(preferredPort, accessToken) };
  } catch (error) {
    const refusal = readListenError(error);
    const isTaken = refusal.code === 'EADDRINUSE' || refusal.code === 'EACCES';
    if (!isTaken || exactPort || preferredPort === 0) return { type: 'listenFailed', ...refusal };
  }
  try {
    return { type: 'listening', port: await proxy.listen(0, accessToken) };
  } catch (error) {
    return { type: 'listenFailed', ...readListenError(error) };
  }
}

main();
