// The hooks of a suite that works in one real window.
import { removeFolder } from './folders';
import {
  FIRST_RUN_LIMIT_MS,
  makePlace,
  openRealWindow,
  type Place,
  type RealWindow,
  type RealWindowOptions,
} from './realWindow';

const CLEAN_UP_LIMIT_MS = 60_000;

/** What a suite prepares its window with; all of it is gone when the suite is over, the latest first. */
export interface Preparation {
  readonly place: Place;
  open(options?: RealWindowOptions): Promise<RealWindow>;
  /** Has something else closed with the window, and hands it back. */
  closeAfter<T extends { close(): unknown }>(one: T): T;
}

/**
 * Has a window prepared before the first test, keeps evidence of each failure under the suite's name, and cleans up behind
 * the last test, also where preparing failed half way.
 */
export function useRealWindow(
  name: string,
  prepare: (preparation: Preparation) => Promise<void>,
): void {
  const cleanUps: (() => unknown)[] = [];
  let opened: RealWindow | undefined;

  function closeAfter<T extends { close(): unknown }>(one: T): T {
    cleanUps.unshift(() => one.close());
    return one;
  }

  before(async function () {
    this.timeout(FIRST_RUN_LIMIT_MS);
    const place = makePlace(name);
    cleanUps.unshift(() => removeFolder(place.root));
    const open = async (options?: RealWindowOptions): Promise<RealWindow> => {
      opened = closeAfter(await openRealWindow(place, options));
      return opened;
    };
    try {
      await prepare({ place, open, closeAfter });
    } catch (error: unknown) {
      await opened?.keepEvidence();
      throw error;
    }
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await opened?.keepEvidence();
  });

  after(async function () {
    this.timeout(CLEAN_UP_LIMIT_MS);
    await runAll(cleanUps);
  });
}

/** One after the other, whatever becomes of the ones before; rejects at the end with all that failed. */
async function runAll(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error: unknown) {
      failures.push(error);
    }
  }
  // Mocha prints no more of it than the message.
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
}
