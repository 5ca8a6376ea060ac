import assert from 'node:assert/strict';
import {
  createHealth,
  type HealthChange,
  type HealthEntry,
  type Permit,
  type ScopeKeys,
} from '../../../src/proxy/health';
import type { Failure, FailureKind, Provider } from '../../../src/proxy/types';

const provider: Provider = {
  id: 'opencode-go',
  label: 'OpenCode',
  baseUrl: 'https://opencode.ai/zen/go/v1',
  credentials: ['opencode'],
  wireFormat: 'openai-chat',
  models: {},
};
const glm: ScopeKeys = {
  target: 'opencode-go/glm-5.3',
  plan: 'opencode-go',
  credential: 'opencode',
  host: 'opencode.ai',
};
const kimi: ScopeKeys = { ...glm, target: 'opencode-go/kimi-k3' };
const zen: ScopeKeys = { ...glm, target: 'opencode-zen/glm-5.3', plan: 'opencode-zen' };
const local: ScopeKeys = { target: 'ollama/qwen', plan: 'ollama', host: '127.0.0.1:11434' };

const failureOf = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({
  kind,
  detail: 'words',
  provider,
  model: 'glm-5.3',
  ...more,
});

function world() {
  let now = 1_000_000;
  const changes: [HealthChange, string][] = [];
  const entries: HealthEntry[] = [];
  const health = createHealth({
    now: () => now,
    random: () => 0,
    onChange: (entry, change) => {
      changes.push([change, `${entry.scope} ${entry.key}`]);
      entries.push(entry);
    },
  });
  const ask = (keys: ScopeKeys): Permit => {
    const admission = health.admit(keys);
    assert.ok(admission.admitted, 'refused');
    return admission.permit;
  };
  const refusal = (keys: ScopeKeys): Failure => {
    const admission = health.admit(keys);
    assert.ok(!admission.admitted, 'admitted');
    return admission.failure;
  };
  return {
    health,
    changes,
    entries,
    ask,
    refusal,
    fail: (keys: ScopeKeys, kind: FailureKind, more?: Partial<Failure>) =>
      ask(keys).failed(failureOf(kind, more)),
    isAdmitted: (keys: ScopeKeys): boolean => {
      const admission = health.admit(keys);
      if (admission.admitted) admission.permit.released();
      return admission.admitted;
    },
    wait: (ms: number) => {
      now += ms;
    },
    now: () => now,
  };
}

describe('health of a credential', () => {
  it('costs one call for a bad key, then none for any model or plan of it', () => {
    const { fail, refusal, isAdmitted } = world();
    fail(glm, 'keyRejected');
    for (const keys of [glm, kimi, zen]) {
      const failure = refusal(keys);
      assert.equal(failure.kind, 'keyRejected');
      assert.equal(failure.remembered, true);
    }
    assert.ok(isAdmitted(local));
  });

  it('lets one real request probe after 60 seconds, and again 60 seconds after that', () => {
    const { fail, ask, isAdmitted, wait, changes } = world();
    fail(glm, 'keyRejected');
    for (let round = 0; round < 3; round += 1) {
      wait(59_999);
      assert.ok(!isAdmitted(kimi));
      wait(1);
      const probe = ask(kimi);
      assert.ok(!isAdmitted(glm), 'nobody waits for the probe or joins it');
      probe.failed(failureOf('keyRejected'));
      assert.ok(!isAdmitted(glm));
    }
    assert.deepEqual(changes, [
      ['opened', 'credential opencode'],
      ['reopened', 'credential opencode'],
      ['reopened', 'credential opencode'],
      ['reopened', 'credential opencode'],
    ]);
  });

  it('announces a rejected key once for many requests that were under way', () => {
    const { ask, changes } = world();
    const permits = [ask(glm), ask(kimi), ask(zen)];
    for (const permit of permits) permit.failed(failureOf('keyRejected'));
    assert.deepEqual(changes, [['opened', 'credential opencode']]);
  });

  it('announces again when the probe finds another reason', () => {
    const { fail, wait, changes } = world();
    fail(glm, 'keyRejected');
    wait(60_000);
    fail(glm, 'accountBlocked');
    assert.deepEqual(
      changes.map(([change]) => change),
      ['opened', 'opened'],
    );
  });

  it('serves at once after the key was changed, whatever the old key hears later', () => {
    const { ask, health, isAdmitted, changes } = world();
    const [first, late] = [ask(glm), ask(glm)];
    first.failed(failureOf('keyRejected'));
    health.reset({ scope: 'credential', key: 'opencode' });
    assert.ok(isAdmitted(glm));
    late.failed(failureOf('keyRejected'));
    assert.ok(isAdmitted(glm));
    assert.deepEqual(changes, [
      ['opened', 'credential opencode'],
      ['closed', 'credential opencode'],
    ]);
  });

  it('does not mark the new key as good for a late success of the old one', () => {
    const { ask, health } = world();
    const late = ask(glm);
    health.reset({ scope: 'credential', key: 'opencode' });
    late.succeeded();
    assert.equal(health.hasSucceeded('opencode'), false);
  });

  it('knows which key has served, until it is rejected or changed', () => {
    const { ask, fail, health } = world();
    assert.equal(health.hasSucceeded('opencode'), false);
    ask(glm).started();
    assert.equal(health.hasSucceeded('opencode'), true);
    fail(glm, 'keyRejected');
    assert.equal(health.hasSucceeded('opencode'), false);
  });

  it('waits for a key without any probe when none was set', () => {
    const { fail, refusal, wait, health, isAdmitted } = world();
    fail(glm, 'missingKey');
    wait(1e9);
    assert.equal(refusal(glm).retryAt, undefined);
    assert.equal(
      health.snapshot().find((entry) => entry.scope === 'credential')?.untilAt,
      undefined,
    );
    health.reset({ scope: 'credential', key: 'opencode' });
    assert.ok(isAdmitted(glm));
  });

  it('remembers nothing about the key of a provider that has none', () => {
    const { fail, isAdmitted } = world();
    fail(local, 'missingKey');
    assert.ok(isAdmitted(local));
  });
});

describe('health of a plan', () => {
  it('rests a plan until the reset that the upstream names, the other plan of the key goes on', () => {
    const { fail, refusal, isAdmitted, wait, now } = world();
    const resetsAt = now() + 14_580_000;
    fail(glm, 'planLimit', { resetsAt, limitName: '5 hour' });
    assert.equal(refusal(kimi).retryAt, resetsAt);
    assert.ok(isAdmitted(zen));
    wait(14_579_999);
    assert.ok(!isAdmitted(glm));
    wait(1);
    assert.ok(isAdmitted(glm));
  });

  it('announces another limit of the plan, not the same one again', () => {
    const { fail, wait, changes, now } = world();
    for (const limitName of ['5 hour', '5 hour', 'weekly']) {
      fail(glm, 'planLimit', { resetsAt: now() + 1000, limitName });
      wait(1000);
    }
    assert.deepEqual(
      changes.map(([change]) => change),
      ['opened', 'reopened', 'opened'],
    );
  });

  it('stays at rest when a stream that began before the limit ends well', () => {
    const { ask, fail, isAdmitted } = world();
    const stream = ask(kimi);
    stream.started({ ttftMs: 5 });
    fail(glm, 'planLimit');
    stream.succeeded();
    assert.ok(!isAdmitted(glm));
  });

  it('rests for 5 minutes without funds and for 10 without a subscription', () => {
    for (const [kind, restMs] of [
      ['accountUnfunded', 300_000],
      ['planMissing', 600_000],
    ] as const) {
      const { fail, isAdmitted, wait } = world();
      fail(glm, kind);
      wait(restMs - 1);
      assert.ok(!isAdmitted(kimi));
      wait(1);
      assert.ok(isAdmitted(kimi));
    }
  });

  it('names the key before the plan when both rest', () => {
    const { ask, refusal } = world();
    const [first, second] = [ask(glm), ask(glm)];
    first.failed(failureOf('planLimit'));
    second.failed(failureOf('keyRejected'));
    assert.equal(refusal(glm).kind, 'keyRejected');
  });
});

describe('health of a host', () => {
  it('rests 5 s, then twice as long each time, at most a minute', () => {
    const { fail, refusal, wait, now } = world();
    const rests: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      fail(glm, 'unreachable');
      const restMs = (refusal(zen).retryAt ?? 0) - now();
      rests.push(restMs / 1000);
      wait(restMs);
    }
    assert.deepEqual(rests, [5, 10, 20, 40, 60, 60]);
  });
});

describe('health of a target', () => {
  it('rests a target after three failures in a row, whatever countable kinds they are', () => {
    const { fail, isAdmitted, wait, changes } = world();
    fail(glm, 'timeout');
    fail(glm, 'serverError');
    assert.ok(isAdmitted(glm));
    fail(glm, 'brokenStream');
    assert.ok(!isAdmitted(glm));
    assert.ok(isAdmitted(kimi));
    assert.deepEqual(changes, [['opened', 'target opencode-go/glm-5.3']]);
    wait(30_000);
    assert.ok(isAdmitted(glm));
  });

  it('counts a stream that breaks after it began', () => {
    const { ask, isAdmitted } = world();
    for (let round = 0; round < 3; round += 1) {
      const permit = ask(glm);
      permit.started({ ttftMs: 100 });
      permit.failed(failureOf('brokenStream'));
    }
    assert.ok(!isAdmitted(glm));
  });

  it('rests at the first rate limit for as long as the upstream says, else 5 s and growing', () => {
    const { fail, refusal, wait, now } = world();
    fail(glm, 'rateLimited', { resetsAt: now() + 60_000 });
    assert.equal(refusal(glm).retryAt, now() + 60_000);
    wait(60_000);
    fail(glm, 'rateLimited');
    assert.equal(refusal(glm).retryAt, now() + 10_000);
  });

  it('rests a refused model for 10 minutes, a free model until its limit ends', () => {
    const { fail, refusal, now } = world();
    fail(glm, 'modelRefused');
    assert.equal(refusal(glm).retryAt, now() + 600_000);
    fail(kimi, 'modelRefused', { resetsAt: now() + 7_200_000 });
    assert.equal(refusal(kimi).retryAt, now() + 7_200_000);
  });

  it('remembers nothing of failures that are about one request', () => {
    const { fail, isAdmitted, changes } = world();
    for (const kind of [
      'badRequest',
      'contextTooLong',
      'contentRefused',
      'cancelled',
      'wrongWireFormat',
    ] as const) {
      for (let round = 0; round < 5; round += 1) fail(glm, kind);
    }
    assert.ok(isAdmitted(glm));
    assert.deepEqual(changes, []);
  });

  it('lets the next request probe when the probe was cancelled, released or failed elsewhere', () => {
    const enders: readonly ((permit: Permit) => void)[] = [
      (permit) => permit.released(),
      (permit) => permit.failed(failureOf('cancelled')),
      (permit) => permit.failed(failureOf('badRequest')),
      (permit) => permit.failed(failureOf('contextTooLong')),
    ];
    for (const end of enders) {
      const { fail, ask, isAdmitted, wait } = world();
      fail(glm, 'modelRefused');
      wait(600_000);
      const probe = ask(glm);
      assert.ok(!isAdmitted(glm));
      end(probe);
      assert.ok(isAdmitted(glm));
    }
  });

  it('gives the probe of a target back when the host fails under it', () => {
    const { fail, wait, isAdmitted, changes } = world();
    fail(glm, 'modelRefused');
    wait(600_000);
    fail(glm, 'unreachable');
    wait(5000);
    assert.ok(isAdmitted(glm));
    assert.deepEqual(changes, [
      ['opened', 'target opencode-go/glm-5.3'],
      ['opened', 'host opencode.ai'],
    ]);
  });

  it('does not use up the probe of a target when its plan refuses', () => {
    const { fail, wait, isAdmitted, now } = world();
    fail(glm, 'modelRefused');
    fail(kimi, 'planLimit', { resetsAt: now() + 700_000 });
    wait(600_000);
    assert.ok(!isAdmitted(glm));
    wait(100_000);
    assert.ok(isAdmitted(glm));
  });

  it('closes every scope that a probe proved good and says so once', () => {
    const { fail, ask, wait, changes } = world();
    fail(glm, 'modelRefused');
    wait(600_000);
    const probe = ask(glm);
    probe.started({ ttftMs: 50 });
    probe.succeeded({ ttftMs: 50 });
    probe.failed(failureOf('keyRejected'));
    probe.released();
    assert.deepEqual(changes, [
      ['opened', 'target opencode-go/glm-5.3'],
      ['closed', 'target opencode-go/glm-5.3'],
    ]);
  });

  it('frees everyone at the first content of a probe, not at its end', () => {
    const { fail, ask, wait, isAdmitted } = world();
    fail(glm, 'modelRefused');
    wait(600_000);
    ask(glm).started();
    assert.ok(isAdmitted(glm));
  });

  it('ignores a failure that was itself only remembered', () => {
    const { fail, isAdmitted } = world();
    fail(glm, 'keyRejected', { remembered: true });
    assert.ok(isAdmitted(glm));
  });
});

describe('health as it is shown', () => {
  it('lists state, time, last failure and last latency of each scope', () => {
    const { ask, fail, health, now } = world();
    ask(glm).succeeded({ ttftMs: 420 });
    fail(glm, 'timeout');
    fail(kimi, 'modelRefused');
    const entries = new Map(health.snapshot().map((entry) => [entry.key, entry]));
    const served = entries.get(glm.target);
    assert.deepEqual(
      [served?.state, served?.lastTtftMs, served?.lastServedAt, served?.consecutiveFailures],
      ['closed', 420, now(), 1],
    );
    assert.deepEqual([served?.failure?.kind, served?.lastFailureAt], ['timeout', now()]);
    const resting = entries.get(kimi.target);
    assert.deepEqual([resting?.state, resting?.untilAt], ['open', now() + 600_000]);
    assert.doesNotThrow(() => structuredClone(health.snapshot()));
  });

  it('forgets everything on a reset and says what was closed by it', () => {
    const { ask, fail, health, isAdmitted, changes } = world();
    ask(glm).succeeded();
    fail(glm, 'modelRefused');
    health.reset();
    assert.ok(isAdmitted(glm));
    assert.equal(health.hasSucceeded('opencode'), false);
    assert.deepEqual(changes.at(-1), ['closed', 'target opencode-go/glm-5.3']);
  });

  it('holds a bounded number of scopes however many models clients name, and keeps what rests', () => {
    const { ask, fail, health, isAdmitted } = world();
    fail(glm, 'modelRefused');
    for (let model = 0; model < 2000; model += 1) {
      ask({ ...local, target: `ollama/model-${model}` }).succeeded();
    }
    assert.ok(health.snapshot().length <= 500);
    assert.ok(!isAdmitted(glm));
  });
});
