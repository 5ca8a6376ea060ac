import { randomUUID } from 'node:crypto';
import { type ChatModel, listChatModels } from './chatModels';
import type { Core } from './core';
import { countChatTokens } from './countTokens';
import { serverLimits } from './limits';
import { handleMessages } from './messages';
import { type Phrase, phrase, type Words } from './phrase';
import type { Reply } from './reply';
import { failedLine, partsClient } from './wire/partsClient';

/** Where the answer of one chat goes. */
export interface ChatSink {
  /** Whole lines, each the JSON text of a `ChatPart`; empty ones mean nothing. */
  text(lines: string): void;
  /** Told once, after the last part. After a cancel nothing but this is told. */
  ended(): void;
}

export interface RunningChat {
  /** So many letters of the text have been dealt with. */
  taken(letters: number): void;
  cancel(): void;
}

/** The requests that come from inside the editor: the path of every request, past the port. */
export interface Chats {
  /** How many run now. */
  readonly active: number;
  start(body: string, sink: ChatSink): RunningChat;
  models(): readonly ChatModel[];
  /** In the tokens of the model that would be asked first; undefined for what is no Messages request. */
  countTokens(body: string): number | undefined;
  /** Refuses new ones, and ends those that still run after `graceMs`. Asked again, the shorter wins. */
  close(graceMs: number): Promise<void>;
  /** After `close`: new ones are served again. */
  open(): void;
}

/** What may wait to be taken; a model that is faster than the chat is read no further meanwhile. */
const maxUntakenLetters = 256 * 1024;

export function createChats(core: Core, onActiveChange: () => void): Chats {
  const running = new Set<Chat>();
  let isDraining = false;
  let onIdle: (() => void) | undefined;
  return {
    get active() {
      return running.size;
    },
    start(body, sink) {
      const chat = createChat(sink);
      running.add(chat);
      onActiveChange();
      const refusal = isDraining ? stopping : tooLarge(body);
      void serve(core, chat, { body, refusal }).then(() => {
        running.delete(chat);
        sink.ended();
        onActiveChange();
        if (running.size === 0) onIdle?.();
      });
      return { taken: chat.taken, cancel: chat.cancel };
    },
    models: () => listChatModels(core),
    countTokens: (body) => countChatTokens(core, body),
    async close(graceMs) {
      isDraining = true;
      if (running.size === 0) return;
      const cutOff = () => {
        for (const chat of running) {
          chat.fail(cut);
          chat.cancel();
        }
      };
      const cancelTimer = core.clock.after(graceMs, cutOff);
      const earlier = onIdle;
      await new Promise<void>((resolve) => {
        onIdle = () => {
          earlier?.();
          resolve();
        };
      });
      cancelTimer();
    },
    open() {
      isDraining = false;
      onIdle = undefined;
    },
  };
}

const stopping = phrase(
  'Switchyard is stopping and takes no new requests. Run “Switchyard: Start”.',
);
const cut = phrase(
  'Switchyard was stopped before the answer was complete. Run “Switchyard: Start” and ask again.',
);

function tooLarge(body: string): Phrase | undefined {
  const limitMb = serverLimits.maxBodyBytes / 1024 / 1024;
  if (body.length <= serverLimits.maxBodyBytes) return undefined;
  return phrase('The request is larger than {0} MiB. Start a new chat, or attach less.', limitMb);
}

interface Asked {
  readonly body: string;
  readonly refusal: Phrase | undefined;
}

async function serve(core: Core, chat: Chat, { body, refusal }: Asked): Promise<void> {
  // Nothing is told before `start` has returned.
  await Promise.resolve();
  if (refusal !== undefined) return chat.fail(refusal);
  const id = randomUUID().slice(0, 4);
  const headers = { 'user-agent': 'vscode-lm' };
  const asked = { path: '/v1/messages', headers, body: Buffer.from(body) };
  const request = { id, ...asked, signal: chat.signal };
  try {
    await handleMessages(core, partsClient, request, chat.reply);
  } catch (error) {
    core.log.error(`request ${id} bug: ${error instanceof Error ? error.stack : String(error)}`);
    chat.fail(phrase('Switchyard failed inside (request {0}). Run “Switchyard: Show Log”.', id));
  }
}

interface Chat extends RunningChat {
  readonly signal: AbortSignal;
  readonly reply: Reply;
  /** Ends it with these words; what is still on its way is dropped. */
  fail(message: Words): void;
}

function createChat(sink: ChatSink): Chat {
  const controller = new AbortController();
  const { signal } = controller;
  let untaken = 0;
  let goOn: (() => void) | undefined;
  let hasStarted = false;
  let isOver = false;

  function post(lines: string): void {
    if (signal.aborted || isOver) return;
    hasStarted = true;
    untaken += lines.length;
    sink.text(lines);
  }

  const reply: Reply = {
    get hasStarted() {
      return hasStarted;
    },
    json: (_status, lines) => post(lines),
    error: (status, type, message) => reply.json(status, failedLine(type, message)),
    errorAndClose: (status, type, message) => reply.error(status, type, message),
    startStream() {
      hasStarted = true;
    },
    async write(lines) {
      post(typeof lines === 'string' ? lines : Buffer.from(lines).toString());
      if (untaken <= maxUntakenLetters || signal.aborted) return;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    },
    end() {},
  };
  return {
    signal,
    reply,
    fail(message) {
      post(failedLine('api_error', message));
      isOver = true;
    },
    taken(letters) {
      untaken -= letters;
      if (untaken <= maxUntakenLetters) goOn?.();
    },
    cancel() {
      controller.abort();
      goOn?.();
    },
  };
}
