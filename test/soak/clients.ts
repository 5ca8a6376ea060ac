// Many clients at once, each asking one thing after the other until it is told to stop.
import { readClientError, readClientMessage, readClientStream } from '../faults/clientAnswer';
import type { ProxyProcess } from './child';

/** What the clients have met so far. */
export interface Tally {
  requests: number;
  /** How the requests ended → how many. */
  readonly endings: Map<string, number>;
  /** Requests that did not end in time. */
  hung: number;
  /** Answers that break a rule, with the reason. */
  readonly lies: string[];
  readonly slowestMs: number[];
}

export function newTally(): Tally {
  return { requests: 0, endings: new Map(), hung: 0, lies: [], slowestMs: [] };
}

/** Longer than a walk over a chain of three that falls silent each time. */
const patienceMs = 60_000;
const vanishingShare = 0.05;

export interface Crowd {
  /** Resolves when every client has ended its last request. */
  stop(): Promise<void>;
}

/** Starts so many clients; each asks for the answer of a random chain. */
export function startCrowd(
  proxy: ProxyProcess,
  {
    clients,
    chains,
    tally,
  }: { readonly clients: number; readonly chains: number; readonly tally: Tally },
): Crowd {
  let isStopping = false;
  async function live(): Promise<void> {
    while (!isStopping) {
      await ask(proxy, `chain-${Math.floor(Math.random() * chains)}`, tally);
    }
  }
  const lives = Array.from({ length: clients }, live);
  return {
    async stop() {
      isStopping = true;
      await Promise.all(lives);
    },
  };
}

async function ask(proxy: ProxyProcess, model: string, tally: Tally): Promise<void> {
  tally.requests += 1;
  const startedAt = Date.now();
  const controller = new AbortController();
  const isStream = Math.random() < 0.8;
  let isHung = false;
  const alarm = setTimeout(() => {
    isHung = true;
    controller.abort();
  }, patienceMs);
  const leave =
    Math.random() < vanishingShare
      ? setTimeout(() => controller.abort(), Math.random() * 400)
      : undefined;
  try {
    const response = await fetch(`${proxy.url}/v1/messages`, {
      method: 'POST',
      signal: controller.signal,
      headers: { authorization: `Bearer ${proxy.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        max_tokens: 1_000,
        stream: isStream,
        messages: [{ role: 'user', content: 'x'.repeat(Math.floor(Math.random() * 20_000)) }],
      }),
    });
    const body = await response.text();
    count(tally, endingOf({ status: response.status, body, isStream }, tally));
  } catch (error) {
    if (isHung) tally.hung += 1;
    const isOurs = controller.signal.aborted;
    count(tally, isHung ? 'hung' : isOurs ? 'left by the client' : 'connection lost');
    if (!isOurs) tally.lies.push(`connection lost: ${String(error)}`);
  } finally {
    clearTimeout(alarm);
    clearTimeout(leave);
    noteTime(tally, Date.now() - startedAt);
  }
}

interface Received {
  readonly status: number;
  readonly body: string;
  readonly isStream: boolean;
}

function endingOf({ status, body, isStream }: Received, tally: Tally): string {
  try {
    if (status !== 200) return `status ${status} ${readClientError(body).type}`;
    const answer = isStream ? readClientStream(body) : readClientMessage(body);
    if (answer.end === 'nothing') throw new Error('the answer has no end');
    return answer.end === 'whole' ? 'whole' : `error event ${answer.errorType}`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    tally.lies.push(`${why}: ${body.slice(0, 300)}`);
    return 'against the rules';
  }
}

function count(tally: Tally, ending: string): void {
  tally.endings.set(ending, (tally.endings.get(ending) ?? 0) + 1);
}

function noteTime(tally: Tally, ms: number): void {
  tally.slowestMs.push(ms);
  tally.slowestMs.sort((a, b) => b - a);
  tally.slowestMs.length = Math.min(tally.slowestMs.length, 5);
}
