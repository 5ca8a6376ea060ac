// Sends batches of requests and times them; a process of its own, so that its work is nobody else's.
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type HoldOrder, type LoadOrder, type LoadResult, turnMark } from '../messages';
import { answerQuestions } from './answering';
import { timeMarks } from './frames';

const held: ClientRequest[] = [];

answerQuestions((question) => {
  switch (question.ask) {
    case 'load':
      return runBatch(question.order);
    case 'hold':
      return hold(question.order);
    case 'release':
      for (const stream of held.splice(0)) stream.destroy();
      return Promise.resolve(undefined);
    default:
      return undefined;
  }
});
// The answering side alone would let this process end.
setInterval(() => undefined, 60_000);
process.stdout.write('ready\n');

async function runBatch(order: LoadOrder): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: order.concurrency });
  const result: LoadResult = { wallMs: 0, firstByteMs: [], totalMs: [], delays: [] };
  const body = Buffer.from(order.body);
  let left = order.requests;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: order.concurrency }, async () => {
      while (left > 0) {
        left -= 1;
        await ask(order, nextTurn(body), agent, result);
      }
    }),
  );
  const wallMs = performance.now() - startedAt;
  agent.destroy();
  const delays = result.delays.map(({ atMs, delayMs }) => ({ atMs: atMs - startedAt, delayMs }));
  return { ...result, wallMs, delays };
}

const turns = { sent: 0 };

function nextTurn(body: Buffer): Buffer {
  const offset = body.lastIndexOf(turnMark);
  if (offset < 0) return body;
  turns.sent += 1;
  const next = Buffer.from(body);
  const digits = turnMark.length - turnMark.indexOf('-') - 1;
  next.write(String(turns.sent).padStart(digits, '0'), offset + turnMark.indexOf('-') + 1);
  return next;
}

function ask(order: LoadOrder, body: Buffer, agent: Agent, result: LoadResult): Promise<void> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const call = request(order.url, { ...post(order, body), agent }, (answer) => {
      let start = '';
      answer.once('data', (chunk: Buffer) => {
        result.firstByteMs.push(performance.now() - startedAt);
        start = chunk.toString('utf8', 0, shownErrorBytes);
      });
      if (order.read === 'delays') readDelays(answer, result.delays);
      else answer.resume();
      answer.on('error', reject);
      answer.on('end', () => {
        result.totalMs.push(performance.now() - startedAt);
        if (answer.statusCode === order.expectedStatus) resolve();
        else reject(new Error(`${order.url} answered ${answer.statusCode}: ${start}`));
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

const shownErrorBytes = 500;

function post(order: { readonly headers: Readonly<Record<string, string>> }, body: Buffer) {
  return { method: 'POST', headers: { ...order.headers, 'content-length': body.length } };
}

/** A mark that two reads cut apart is left out: one in thousands, the same for every subject. */
function readDelays(answer: IncomingMessage, delays: LoadResult['delays']): void {
  answer.on('data', (chunk: Buffer) => {
    const now = process.hrtime.bigint();
    const atMs = performance.now();
    for (const [, sentAt] of chunk.toString('latin1').matchAll(timeMarks)) {
      delays.push({ atMs, delayMs: Number(now - BigInt(sentAt ?? 0)) / 1e6 });
    }
  });
}

/** Resolves when each stream has brought its first bytes, and reads nothing after them. */
async function hold(order: HoldOrder): Promise<void> {
  const body = Buffer.from(order.body);
  const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
  await Promise.all(
    Array.from(
      { length: order.streams },
      () =>
        new Promise<void>((resolve, reject) => {
          const call = request(order.url, { ...post(order, body), agent }, (answer) => {
            // Released streams end in an error of our own making.
            answer.on('error', () => undefined);
            answer.once('data', () => {
              answer.pause();
              if (answer.statusCode === 200) resolve();
              else reject(new Error(`${order.url} answered ${answer.statusCode}`));
            });
          });
          call.on('error', reject);
          call.end(body);
          held.push(call);
        }),
    ),
  );
}
