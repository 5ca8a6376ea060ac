import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dayOf, type UsageDay, usageDayText, usageOf } from '../../../src/usage/usageDay';
import { usageFiles } from '../../../src/usage/usageFiles';
import { createUsageHistory, type UsageHistory } from '../../../src/usage/usageHistory';
import { summarize } from '../../../src/usage/usageSummary';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { makeTemporaryFolder, removeFolder } from '../../support/folders';
import { type servedTrace, traceWith } from '../../support/traces';

const dayMs = 86_400_000;

describe('the history of usage', () => {
  let root: string;
  let folder: string;
  let clock: FakeClock;
  let problems: string[];
  let damaged: string[];

  beforeEach(() => {
    root = makeTemporaryFolder('usage');
    folder = path.join(root, 'usage');
    clock = createFakeClock();
    problems = [];
    damaged = [];
  });
  afterEach(() => removeFolder(root));

  function openWindow(windowId: string, maxBytes = 1_000_000): UsageHistory {
    const onDamaged = (file: string) => damaged.push(file);
    return createUsageHistory({
      files: usageFiles({ folder, windowId, maxBytes, onDamaged }),
      clock,
      onChange: () => undefined,
      onProblem: (message) => problems.push(message),
    });
  }

  function request(): typeof servedTrace {
    return traceWith({ startedAt: clock.now() - 1_000, endedAt: clock.now() });
  }

  async function requestsOf(history: UsageHistory, days = 30): Promise<number> {
    return summarize(await history.days(days)).total.requests;
  }

  function names(): readonly string[] {
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  it('counts at once, and has everything on disk when the window ends', async () => {
    const history = openWindow('a');
    history.add(request());
    history.add(request());
    assert.equal(summarize([history.today()]).total.requests, 2);
    assert.deepEqual(names(), []);
    await history.end();
    assert.deepEqual(names(), [`${dayOf(clock.now())}.a.json`]);
    assert.equal(await requestsOf(openWindow('b')), 2);
  });

  it('writes soon by itself, many requests at a time', async () => {
    const history = openWindow('a');
    for (let index = 0; index < 10; index += 1) history.add(request());
    assert.equal(clock.pending(), 1);
    clock.advance(2_000);
    await history.refresh();
    assert.equal(names().length, 1);
    assert.equal(summarize([history.today()]).total.requests, 10);
  });

  it('sums what several windows count at the same time; none undoes another', async () => {
    const windows = ['a', 'b', 'c'].map((id) => openWindow(id));
    for (let round = 0; round < 20; round += 1) {
      for (const history of windows) history.add(request());
      await Promise.all(windows.map((history) => history.end()));
    }
    for (const history of windows) assert.equal(await requestsOf(history), 60);
    const [first] = windows;
    await first?.refresh();
    assert.equal(summarize([first?.today() ?? assert.fail()]).total.requests, 60);
  });

  it('keeps days apart, by the local calendar', async () => {
    const history = openWindow('a');
    history.add(request());
    clock.advance(dayMs);
    history.add(request());
    history.add(request());
    assert.equal(summarize([history.today()]).total.requests, 2);
    const days = await history.days(7);
    assert.deepEqual(
      days.map((day) => summarize([day]).total.requests),
      [1, 2],
    );
    assert.equal(await requestsOf(history, 1), 2);
  });

  it('forgets days that are older than it keeps, and the oldest of too many', async () => {
    mkdirSync(folder);
    const put = (at: number) => {
      const name = `${dayOf(at)}.old.json`;
      writeFileSync(path.join(folder, name), usageDayText(usageAt(at)));
      return name;
    };
    const gone = put(clock.now() - 90 * dayMs);
    const kept = put(clock.now() - 89 * dayMs);
    const history = openWindow('a');
    await history.end();
    assert.ok(!names().includes(gone) && names().includes(kept));

    const size = readFileSync(path.join(folder, kept)).length;
    put(clock.now() - dayMs);
    const newest = put(clock.now());
    await openWindow('b', size * 1.5).end();
    assert.deepEqual(names(), [newest]);
  });

  it('sets a damaged file aside, says so once, and goes on', async () => {
    const history = openWindow('a');
    history.add(request());
    await history.end();
    const file = path.join(folder, `${dayOf(clock.now())}.a.json`);
    writeFileSync(file, '{"version":1,"day');
    history.add(request());
    await history.end();
    assert.equal(await requestsOf(history), 1);
    assert.deepEqual(damaged, [`${file}.damaged`]);
    assert.equal(readFileSync(`${file}.damaged`, 'utf8'), '{"version":1,"day');
  });

  it('is empty once cleared, in every window, and counts on', async () => {
    const one = openWindow('a');
    const other = openWindow('b');
    one.add(request());
    other.add(request());
    await Promise.all([one.end(), other.end()]);
    await one.clear();
    assert.deepEqual(names(), []);
    other.add(request());
    assert.equal(await requestsOf(other), 1);
    assert.equal(await requestsOf(one), 1);
  });

  it('loses nothing while it cannot write, and says so once', async () => {
    writeFileSync(folder, 'a file where the folder should be');
    const history = openWindow('a');
    history.add(request());
    await history.end();
    history.add(request());
    await history.end();
    assert.equal(problems.length, 1);
    assert.equal(await requestsOf(history), 2);
    await removeFolder(folder);
    assert.equal(await requestsOf(history), 2);
    assert.equal(names().length, 1);
  });

  function usageAt(at: number): UsageDay {
    return usageOf(traceWith({ endedAt: at })) ?? assert.fail('nothing was used');
  }
});
