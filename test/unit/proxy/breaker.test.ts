import assert from 'node:assert/strict';
import {
  askBreaker,
  type BreakerState,
  failBreaker,
  newBreaker,
  type Passage,
  type Rest,
  releaseBreaker,
  succeedBreaker,
} from '../../../src/proxy/breaker';

const counted: Rest = { type: 'counted' };
const secondMs = 1000;

/** A breaker with a clock, for tests that tell a story. */
function story() {
  let state: BreakerState = newBreaker;
  let now = 1_000_000;
  return {
    get state() {
      return state;
    },
    get restMs() {
      return state.phase === 'open' ? state.untilAt - now : 0;
    },
    wait(ms: number) {
      now += ms;
    },
    ask(): Passage | undefined {
      const asked = askBreaker(state, now);
      state = asked.state;
      return asked.passage;
    },
    pass(): Passage {
      const passage = this.ask();
      assert.ok(passage, `refused while ${state.phase}`);
      return passage;
    },
    fail(passage: Passage, rest: Rest = counted, random = 0) {
      state = failBreaker(state, passage, { now, rest, random });
    },
    succeed(passage: Passage) {
      state = succeedBreaker(state, passage);
    },
    release(passage: Passage) {
      state = releaseBreaker(state, passage);
    },
    until: (ms: number): Rest => ({ type: 'until', untilAt: now + ms }),
  };
}

describe('breaker', () => {
  it('opens at the third countable failure in a row, for 30 seconds', () => {
    const breaker = story();
    breaker.fail(breaker.pass());
    breaker.fail(breaker.pass());
    assert.equal(breaker.state.phase, 'closed');
    breaker.fail(breaker.pass());
    assert.equal(breaker.restMs, 30 * secondMs);
  });

  it('does not open when successes lie between the failures', () => {
    const breaker = story();
    for (let round = 0; round < 20; round += 1) {
      breaker.fail(breaker.pass());
      breaker.succeed(breaker.pass());
      breaker.succeed(breaker.pass());
    }
    assert.equal(breaker.state.phase, 'closed');
  });

  it('opens when half of the last outcomes failed, given ten of them', () => {
    const breaker = story();
    for (let outcome = 1; outcome <= 9; outcome += 1) {
      if (outcome % 2 === 0) breaker.fail(breaker.pass());
      else breaker.succeed(breaker.pass());
      assert.equal(breaker.state.phase, 'closed');
    }
    breaker.fail(breaker.pass());
    assert.equal(breaker.state.phase, 'open');
  });

  it('forgets outcomes older than the last twenty', () => {
    const breaker = story();
    for (let round = 0; round < 4; round += 1) {
      breaker.fail(breaker.pass());
      breaker.succeed(breaker.pass());
    }
    for (let round = 0; round < 20; round += 1) breaker.succeed(breaker.pass());
    breaker.fail(breaker.pass());
    breaker.fail(breaker.pass());
    assert.equal(breaker.state.phase, 'closed');
  });

  it('doubles the rest with each failed probe up to 15 minutes, jitter included', () => {
    const breaker = story();
    breaker.fail(breaker.pass(), { type: 'counted', untilAt: 1_000_001 });
    const rests: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      breaker.wait(3_600_000);
      breaker.fail(breaker.pass());
      rests.push(breaker.restMs / secondMs);
    }
    assert.deepEqual(rests, [60, 120, 240, 480, 900, 900]);
    breaker.wait(3_600_000);
    breaker.fail(breaker.pass(), counted, 0.99);
    assert.equal(breaker.restMs, 900 * secondMs);
  });

  it('lengthens a rest by up to a fifth', () => {
    const breaker = story();
    breaker.fail(breaker.pass());
    breaker.fail(breaker.pass());
    breaker.fail(breaker.pass(), counted, 0.5);
    assert.equal(breaker.restMs, 33 * secondMs);
  });

  it('starts again at the first rest after a success', () => {
    const breaker = story();
    const growing: Rest = { type: 'growing', fromMs: 5000, toMs: 60_000 };
    breaker.fail(breaker.pass(), growing);
    breaker.wait(5000);
    breaker.fail(breaker.pass(), growing);
    assert.equal(breaker.restMs, 10_000);
    breaker.wait(10_000);
    breaker.succeed(breaker.pass());
    breaker.fail(breaker.pass(), growing);
    assert.equal(breaker.restMs, 5000);
  });

  it("obeys the upstream's time at the first failure, however short or long", () => {
    for (const ms of [1, 86_400_000]) {
      const breaker = story();
      breaker.fail(breaker.pass(), breaker.until(ms));
      assert.equal(breaker.restMs, ms);
    }
  });

  it('refuses everyone during a probe and closes when it succeeds', () => {
    const breaker = story();
    breaker.fail(breaker.pass(), breaker.until(5000));
    assert.equal(breaker.ask(), undefined);
    breaker.wait(5000);
    const probe = breaker.pass();
    assert.ok(probe.isProbe);
    assert.equal(breaker.ask(), undefined);
    breaker.succeed(probe);
    assert.equal(breaker.pass().isProbe, false);
  });

  it('gives the place of a released probe to the next request', () => {
    const breaker = story();
    breaker.fail(breaker.pass(), breaker.until(5000));
    breaker.wait(5000);
    breaker.release(breaker.pass());
    assert.ok(breaker.pass().isProbe);
  });

  it('counts the failures of requests under way when it opened only once', () => {
    const breaker = story();
    const growing: Rest = { type: 'growing', fromMs: 5000, toMs: 60_000 };
    const passages = [breaker.pass(), breaker.pass(), breaker.pass()];
    for (const passage of passages) breaker.fail(passage, growing);
    assert.equal(breaker.restMs, 5000);
  });

  it('lets a late failure lengthen the rest when it knows a later time', () => {
    const breaker = story();
    const [first, second] = [breaker.pass(), breaker.pass()];
    breaker.fail(first, breaker.until(5000));
    breaker.fail(second, breaker.until(60_000));
    assert.equal(breaker.restMs, 60_000);
  });

  it('does not close for a success that began before it opened', () => {
    const breaker = story();
    const [first, second] = [breaker.pass(), breaker.pass()];
    breaker.fail(first, breaker.until(5000));
    breaker.succeed(second);
    assert.equal(breaker.state.phase, 'open');
  });

  it('takes a probe that nobody settled for lost after a quarter of an hour', () => {
    const breaker = story();
    breaker.fail(breaker.pass(), breaker.until(5000));
    breaker.wait(5000);
    const lost = breaker.pass();
    breaker.wait(15 * 60 * secondMs);
    const probe = breaker.pass();
    breaker.succeed(lost);
    assert.equal(breaker.state.phase, 'halfOpen');
    breaker.succeed(probe);
    assert.equal(breaker.state.phase, 'closed');
  });

  it('ends a rest early when the clock is set back, but never one without an end', () => {
    const breaker = story();
    breaker.fail(breaker.pass(), breaker.until(5000));
    breaker.wait(-3_600_000);
    assert.ok(breaker.ask());
    const endless = story();
    endless.fail(endless.pass(), { type: 'until', untilAt: Infinity });
    endless.wait(-3_600_000);
    assert.equal(endless.ask(), undefined);
  });
});

/** One world of the model check: the breaker, the passages under way, the clock, and what the rule should count. */
interface World {
  readonly state: BreakerState;
  readonly underway: readonly Passage[];
  readonly now: number;
  /** Countable failures in a row since the last success, counted independently of the breaker. */
  readonly inRow: number;
  /** A failure that opens by itself has happened since the last success. */
  readonly openedByRest: boolean;
}

const failures: readonly Rest[] = [
  counted,
  { type: 'growing', fromMs: 5000, toMs: 60_000 },
  { type: 'until', untilAt: 40_000 },
];

describe('breaker, in every order of events up to depth 8', () => {
  it('never sticks half-open, never lets two probes through, and opens only by its rule', function () {
    this.timeout(60_000);
    let worlds = new Map<string, World>();
    const first = { state: newBreaker, underway: [], now: 0, inRow: 0, openedByRest: false };
    worlds.set('', first);
    let checked = 0;
    for (let depth = 0; depth < 8; depth += 1) {
      const next = new Map<string, World>();
      for (const world of worlds.values()) {
        for (const successor of successors(world)) {
          checkWorld(successor);
          checked += 1;
          next.set(JSON.stringify(successor), successor);
        }
      }
      worlds = next;
    }
    assert.ok(checked > 10_000, `only ${checked} steps`);
  });
});

function successors(world: World): readonly World[] {
  const results: World[] = [];
  for (const ms of [5000, 31_000]) results.push({ ...world, now: world.now + ms });
  const asked = askBreaker(world.state, world.now);
  if (asked.passage === undefined) {
    assert.deepEqual(asked.state, world.state, 'a refusal changes nothing');
  } else if (world.underway.length < 3) {
    results.push({ ...world, state: asked.state, underway: [...world.underway, asked.passage] });
  }
  for (const [index, passage] of world.underway.entries()) {
    const underway = world.underway.filter((_, other) => other !== index);
    results.push(...settled({ ...world, underway }, passage));
  }
  return results;
}

function settled(world: World, passage: Passage): readonly World[] {
  const isCurrent = passage.era === world.state.era;
  const released = releaseBreaker(world.state, passage);
  assert.notEqual(released.phase === 'halfOpen' && isCurrent, true, 'a released probe is free');
  const succeeded = succeedBreaker(world.state, passage);
  const results: World[] = [
    { ...world, state: released },
    isCurrent
      ? { ...world, state: succeeded, inRow: 0, openedByRest: false }
      : { ...world, state: succeeded },
  ];
  if (isCurrent) assert.equal(succeeded.phase, 'closed');
  else assert.equal(succeeded, world.state, 'a stale success changes nothing');
  for (const rest of failures) {
    const state = failBreaker(world.state, passage, { now: world.now, rest, random: 0 });
    if (!isCurrent) {
      assert.equal(state.phase, world.state.phase, 'a stale failure moves no phase');
      results.push({ ...world, state });
      continue;
    }
    const openedByRest = world.openedByRest || rest.type !== 'counted';
    results.push({ ...world, state, inRow: world.inRow + 1, openedByRest });
  }
  return results;
}

function checkWorld({ state, underway, now, inRow, openedByRest }: World): void {
  const probes = underway.filter((passage) => passage.isProbe && passage.era === state.era);
  assert.ok(probes.length <= 1, 'two probes at once');
  // Below ten outcomes, which eight events cannot give, only three in a row may open.
  if (state.phase !== 'closed') assert.ok(inRow >= 3 || openedByRest, 'opened without a reason');
  if (state.phase === 'closed') assert.ok(inRow < 3 && !openedByRest, 'closed without a success');
  if (state.phase === 'halfOpen') {
    assert.equal(probes.length, 1, 'half-open without a probe');
    assert.equal(askBreaker(state, now).passage, undefined);
    assert.ok(askBreaker(state, now + 15 * 60_000).passage, 'stuck half-open');
  }
  if (state.phase === 'open') {
    assert.ok(askBreaker(state, state.untilAt).passage?.isProbe, 'open for ever');
    assert.equal(state.untilAt > now, askBreaker(state, now).passage === undefined);
  }
}
