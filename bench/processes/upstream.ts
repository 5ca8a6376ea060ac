// An upstream whose answer is named by the model that it is asked for: see `scriptOf`.
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerQuestions } from './answering';
import { type Format, formats, timeMark } from './frames';
import { announce } from './listening';

interface Counter {
  calls: number;
}

const counter: Counter = { calls: 0 };
answerQuestions(({ ask }) => (ask === 'calls' ? Promise.resolve(counter.calls) : undefined));

const server = createServer((request, response) => {
  // A refresh of the catalogue, in a run that takes long enough for one.
  if (request.method !== 'POST') return void response.writeHead(404).end();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  request.on('end', () => {
    counter.calls += 1;
    const isChat = request.url?.includes('/chat/completions') === true;
    const format = isChat ? formats.chat : formats.messages;
    void play(modelOf(Buffer.concat(chunks)), format, response);
  });
});
// Idle connections must outlive the pauses between batches.
server.keepAliveTimeout = 120_000;
announce(server);

/** Without parsing: this process shares the machine with the one that is measured. */
function modelOf(body: Buffer): string {
  const start = body.indexOf(modelMember) + modelMember.length;
  const name = body.toString('latin1', start, body.indexOf('"', start));
  return name.slice(name.lastIndexOf('/') + 1);
}

const modelMember = '"model":"';

/**
 * `stream-N`: N text events, one per turn of the loop. `burst-N`: N as fast as the connection takes them. `paced-N-MS`: one
 * every MS milliseconds, each with the time of its writing. `flood-MB`: large events. `idle`: one event, then silence.
 * `refuse-STATUS…`: an error at once.
 */
async function play(name: string, format: Format, response: ServerResponse): Promise<void> {
  const [script, amount = '1', pauseMs = '20'] = name.split('-');
  if (script === 'refuse') return refuse(Number(amount), response);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.socket?.setNoDelay(true);
  response.write(format.start);
  const count = Number(amount);
  if (script === 'stream') await stream(count, format, response);
  else if (script === 'burst') await burst(count, format.text(shortText), response);
  else if (script === 'paced') await pace(count, Number(pauseMs), format, response);
  else if (script === 'flood')
    await burst(count * floodEventsPerMb, format.text(longText), response);
  else if (script === 'idle') return void response.write(format.text(shortText));
  else throw new Error(`the upstream has no script ${name}`);
  response.end(format.end);
}

const shortText = ' some words of it';
const longText = 'words and more of them '.repeat(700);
const floodEventsPerMb = Math.round(1_000_000 / longText.length);

async function stream(count: number, format: Format, response: ServerResponse): Promise<void> {
  const event = format.text(shortText);
  for (let index = 0; index < count; index += 1) {
    await write(response, event);
    await new Promise(setImmediate);
  }
}

async function burst(count: number, event: string, response: ServerResponse): Promise<void> {
  for (let index = 0; index < count && !response.destroyed; index += 1) {
    await write(response, event);
  }
}

async function pace(
  count: number,
  pauseMs: number,
  format: Format,
  response: ServerResponse,
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await sleep(pauseMs);
    await write(response, format.text(timeMark(process.hrtime.bigint())));
  }
}

async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.write(text) || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

function refuse(status: number, response: ServerResponse): void {
  const type = status === 401 ? 'authentication_error' : 'api_error';
  const message = status === 401 ? 'invalid x-api-key' : 'the server had an error';
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ type: 'error', error: { type, message } }));
}
