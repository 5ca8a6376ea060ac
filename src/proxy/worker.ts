import { parentPort } from 'node:worker_threads';
import type { RunningChat } from './chats';
import { readListenError } from './listenError';
import type { Answer, FromWorker, Question, ToWorker } from './protocol';
import { createProxy, type SwitchyardProxy } from './proxy';
import { assertNever } from './types';

/** Entry of the worker thread: messages in, events out. See protocol.ts. */
function main(): void {
  const port = parentPort;
  if (port === null) throw new Error('this is the entry of a worker thread');
  const post = (message: FromWorker) => port.postMessage(message);
  const proxy = createProxy({
    write: (level, message) => post({ type: 'log', level, message }),
    onReport: (report) => post({ type: 'report', report }),
    onNotice: (notice) => post({ type: 'notice', notice }),
    onRests: (rests) => post({ type: 'rests', rests }),
    onTrace: (trace) => post({ type: 'trace', trace }),
  });
  const chats = new Map<number, RunningChat>();
  const logBug = (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    post({
      type: 'log',
      level: 'error',
      message: proxy.redact(`bug in the proxy's worker: ${text}`),
    });
  };
  // One after the other: a `listen` must not overtake the `close` before it.
  let previous = Promise.resolve();
  port.on('message', (message: ToWorker) => {
    const handled = () =>
      handle({ proxy, chats, post }, message).catch((error: unknown) => logBug(error));
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
  readonly post: (message: FromWorker) => void;
}

async function handle({ proxy, chats, post }: Desk, message: ToWorker): Promise<void> {
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
