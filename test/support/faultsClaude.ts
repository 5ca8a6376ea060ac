// Claude Code's way of repeating a request, as a script on a fake clock. Measured with 2.1.330, 2026-11-22: 0.5 to 40 s
// between eleven tries on 408, 409, 429 and 5xx; `x-should-retry: false` and a `retry-after` above 60 s stop it at once;
// a shorter `retry-after` is waited for, and up to a quarter longer.
import type { FakeClock } from './fakeClock';
import type { TestProxy } from './testProxy';

/** One answer as the client got it. */
export interface Try {
  readonly isStream: boolean;
  readonly status: number;
  readonly body: string;
}

export interface ClaudeOptions {
  readonly proxy: TestProxy;
  readonly clock: FakeClock;
  /** Called while a try is under way, to play what happens in the meantime. */
  readonly during?: (tryIndex: number) => Promise<void>;
}

const waitsMs = [500, 1_100, 2_300, 4_500, 9_000, 18_000, 36_000, 36_000, 36_000, 36_000] as const;

/** One prompt, with all the repeats that its answers lead to. */
export async function askAsClaude(options: ClaudeOptions): Promise<readonly Try[]> {
  const tries: Try[] = [];
  for (const waitMs of [...waitsMs, undefined]) {
    const { answer, retryAfterMs, isFinal } = await tryOnce(options, tries.length, true);
    tries.push(answer);
    if (answer.status === 400) return [...tries, ...(await askWithLess(options))];
    if (answer.status === 200) {
      if (!isBroken(answer)) return tries;
      // An error in the middle of the stream: the same once more, as a whole.
      return [...tries, (await tryOnce(options, tries.length, false)).answer];
    }
    if (isFinal || waitMs === undefined) return tries;
    options.clock.advance(retryAfterMs === undefined ? waitMs : retryAfterMs * 1.2);
  }
  return tries;
}

/** After a 400 it takes things out of the body, five times in a third of a second. */
async function askWithLess(options: ClaudeOptions): Promise<readonly Try[]> {
  const tries: Try[] = [];
  for (let index = 1; index <= 5; index += 1) {
    options.clock.advance(70);
    const { answer } = await tryOnce(options, index, true);
    tries.push(answer);
    if (answer.status !== 400) break;
  }
  return tries;
}

interface Tried {
  readonly answer: Try;
  readonly retryAfterMs: number | undefined;
  readonly isFinal: boolean;
}

async function tryOnce(
  { proxy, during }: ClaudeOptions,
  index: number,
  isStream: boolean,
): Promise<Tried> {
  const pending = proxy.post({
    model: 'claude-opus-5-5',
    max_tokens: 1_000,
    stream: isStream,
    // Each repeat after a 400 is another body.
    metadata: { user_id: `try ${index}` },
    messages: [{ role: 'user', content: 'Go on.' }],
  });
  await during?.(index);
  const response = await pending;
  const body = await response.text();
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const isTransient = [408, 409, 429].includes(response.status) || response.status >= 500;
  return {
    answer: { isStream, status: response.status, body },
    retryAfterMs: Number.isNaN(seconds) ? undefined : seconds * 1_000,
    isFinal: !isTransient || response.headers.get('x-should-retry') === 'false' || seconds > 60,
  };
}

function isBroken({ body }: Try): boolean {
  return body.includes('event: error') || !body.includes('event: message_stop');
}
