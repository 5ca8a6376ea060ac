import assert from 'node:assert/strict';
import { judgePort, judgeProxy } from '../../../src/diagnose/proxyChecks';
import { plainTranslate as t } from '../ui/plainTranslate';
import { port, running, stopped } from './facts';

describe('judgeProxy', () => {
  it('is content with a proxy that answers on its port', () => {
    assert.deepEqual(judgeProxy({ status: running(), answer: 'switchyard' }, t), {
      title: 'Proxy',
      state: 'ok',
      sentence: `The proxy answers on port ${port}.`,
    });
  });

  it('offers to start one that is stopped or has failed', () => {
    for (const status of [stopped, { state: 'failed', reason: { kind: 'noAnswer' } }] as const) {
      const verdict = judgeProxy({ status, answer: undefined }, t);
      assert.equal(verdict.state, 'problem');
      assert.deepEqual(verdict.fix, { kind: 'start' });
    }
  });

  it('does not believe in a proxy that nobody, or somebody else, answers for', () => {
    const silent = judgeProxy({ status: running(), answer: 'none' }, t);
    const foreign = judgeProxy({ status: running(), answer: 'other' }, t);
    assert.deepEqual([silent.state, foreign.state], ['problem', 'problem']);
    assert.match(silent.sentence, /nothing answers/);
    assert.match(foreign.sentence, /something else answers/);
  });

  it('offers another port where the port was the reason', () => {
    const reason = { kind: 'portTaken', port } as const;
    const verdict = judgeProxy({ status: { state: 'failed', reason }, answer: undefined }, t);
    assert.deepEqual(verdict.fix, { kind: 'choosePort' });
  });

  it('waits for one on its way up or down', () => {
    assert.equal(
      judgeProxy({ status: { state: 'starting' }, answer: undefined }, t).state,
      'unknown',
    );
    const stopping = { state: 'stopping', activeRequests: 1 } as const;
    assert.equal(judgeProxy({ status: stopping, answer: undefined }, t).state, 'warning');
  });
});

describe('judgePort', () => {
  const taken = { state: 'failed', reason: { kind: 'portTaken', port } } as const;

  it('names the program that holds the port, where the system tells', () => {
    const holder = { program: 'python3', processId: 42 };
    const verdict = judgePort({ status: taken, configuredPort: port, holder }, t);
    assert.equal(verdict.sentence, `Port ${port} is held by python3 (process 42).`);
    assert.deepEqual(verdict.fix, { kind: 'choosePort' });
    const unnamed = judgePort({ status: taken, configuredPort: port, holder: undefined }, t);
    assert.match(unnamed.sentence, /held by another program/);
    assert.equal(unnamed.state, 'problem');
  });

  it('is content with a free port, and with a fixed one that is ours', () => {
    const any = judgePort({ status: running(), configuredPort: 0, holder: undefined }, t);
    const fixed = judgePort({ status: running(), configuredPort: port, holder: undefined }, t);
    assert.deepEqual([any.state, fixed.state], ['ok', 'ok']);
  });

  it('promises nothing of a fixed port that nobody has tried', () => {
    const verdict = judgePort({ status: stopped, configuredPort: port, holder: undefined }, t);
    assert.equal(verdict.state, 'unknown');
  });
});
