// Preloaded into every measured process: tells its CPU time, memory, blocks and profile, so that no product needs a hook for it.
import { Session } from 'node:inspector';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { answerQuestions } from './answering';

/** The histogram counts the timer's own period as delay. */
const loopTickMs = 1;

const session = new Session();
/** Fine enough for a function that takes a tenth of a millisecond in each request. */
const profileIntervalUs = 200;

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
    case 'startProfile':
      return startProfile();
    case 'profile':
      return profile();
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

async function startProfile(): Promise<void> {
  session.connect();
  await post('Profiler.enable');
  await post('Profiler.setSamplingInterval', { interval: profileIntervalUs });
  await post('Profiler.start');
}

async function profile(): Promise<unknown> {
  const stopped = await post('Profiler.stop');
  session.disconnect();
  return stopped;
}

function post(method: string, parameters: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, parameters, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}
