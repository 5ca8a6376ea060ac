import { strict as assert } from 'node:assert';
import type { PlanUsage } from '../../../src/proxy/planUsage';
import { createPlanWatch, type PlanWatch } from '../../../src/usage/planWatch';

function planAt(percents: Readonly<Record<string, number>>): PlanUsage {
  const windows = Object.entries(percents).map(([name, percent]) => ({
    name,
    percent,
    isExhausted: false,
  }));
  return { plan: 'opencode-go', label: 'OpenCode Go', askedAt: 0, windows };
}

describe('the watch over a plan', () => {
  let stored: Map<string, unknown>;
  let plans: readonly PlanUsage[] | undefined;
  let asked: number;
  let warnings: string[];

  beforeEach(() => {
    stored = new Map();
    plans = undefined;
    asked = 0;
    warnings = [];
  });

  function openWindow(warnAt: number): PlanWatch {
    return createPlanWatch({
      warnAt: () => warnAt,
      plans: async () => {
        asked += 1;
        return plans;
      },
      memory: {
        get: (key) => stored.get(key),
        update: async (key, value) => void stored.set(key, value),
      },
      warn: ({ label }, { name }) => warnings.push(`${label} ${name}`),
    });
  }

  it('asks nothing where nobody wants a warning', async () => {
    await openWindow(0).requestEnded();
    assert.equal(asked, 0);
  });

  it('warns once for each limit, in one window only, and again after it has been less', async () => {
    const watch = openWindow(90);
    plans = [planAt({ rolling: 12, weekly: 90 })];
    await watch.requestEnded();
    await watch.requestEnded();
    await openWindow(90).requestEnded();
    assert.deepEqual(warnings, ['OpenCode Go weekly']);
    plans = [planAt({ rolling: 95, weekly: 3 })];
    await watch.requestEnded();
    plans = [planAt({ rolling: 95, weekly: 99 })];
    await watch.requestEnded();
    assert.deepEqual(warnings, ['OpenCode Go weekly', 'OpenCode Go rolling', 'OpenCode Go weekly']);
  });

  it('says nothing where nothing is known, and takes nothing from a damaged memory', async () => {
    stored.set('planWarnings', { weekly: true });
    const watch = openWindow(90);
    await watch.requestEnded();
    assert.deepEqual(warnings, []);
    plans = [planAt({ weekly: 99 })];
    await watch.requestEnded();
    assert.deepEqual(warnings, ['OpenCode Go weekly']);
  });

  it('asks once while it waits for an answer', async () => {
    const watch = openWindow(90);
    await Promise.all([watch.requestEnded(), watch.requestEnded()]);
    assert.equal(asked, 1);
  });
});
