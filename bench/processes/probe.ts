// Preloaded into every measured process: tells its CPU time, memory and blocks, so that no product needs a hook for it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { answerQuestions } from './answering';

/** The histogram counts the timer's own period as delay. */
const loopTickMs = 1;

const loopDelay = monitorEventLoopDelay({ resolution: loopTickMs });

answerQuestions(({ ask }) => {
  switch (ask) {
    case 'cpu':
      return Promise.resolve(cpuMs());
    case 'memory':
      return Promise.resolve(memory());
    case 'collect':
      return collect().then(memory);
    case 'watchLoop':
      loopDelay.enable();
      loopDelay.reset();
      return Promise.resolve(undefined);
    case 'longestBlock':
      return Promise.resolve(longestBlockMs());
    default:
      return undefined;
  }
});

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function memory(): { readonly rssBytes: number; readonly liveBytes: number } {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssBytes: rss, liveBytes: heapUsed + external };
}

/** Several rounds with turns between them: what a finalizer or a closed socket frees is garbage only afterwards. */
async function collect(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function longestBlockMs(): number {
  const longestMs = loopDelay.max / 1e6 - loopTickMs;
  loopDelay.disable();
  return longestMs;
}
