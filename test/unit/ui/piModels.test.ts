import assert from 'node:assert/strict';
import { changePiModels, piProviderText } from '../../../src/ui/piModels';
import { valueAt } from '../../support/scriptedUpstream';

const input = { port: 4321, context: 200_000, scenarios: ['mine', 'think'] };

/** The file as it would be written. */
function written(present: string | undefined): string {
  const change = changePiModels(present, input);
  assert.ok(change.kind === 'write');
  return change.text;
}

function own(text: string): unknown {
  const root: unknown = JSON.parse(text);
  return valueAt(root, 'providers', 'switchyard');
}

describe('the models of pi', () => {
  it('are a new file with our provider, the variable of the token and a model for each scenario', () => {
    const provider = own(written(undefined));
    assert.equal(valueAt(provider, 'baseUrl'), 'http://127.0.0.1:4321');
    assert.equal(valueAt(provider, 'api'), 'anthropic-messages');
    assert.equal(valueAt(provider, 'apiKey'), 'ANTHROPIC_AUTH_TOKEN');
    assert.deepEqual(valueAt(provider, 'models', 0), {
      id: 'auto',
      reasoning: true,
      input: ['text', 'image'],
      contextWindow: 200_000,
      maxTokens: 32_000,
    });
    const text = written(undefined);
    for (const name of ['default', 'think', 'longContext', 'mine']) {
      assert.equal(text.split(`"scenario:${name}"`).length, 2, name);
    }
  });

  it('leave the limits to pi where the context window is not known', () => {
    assert.doesNotMatch(
      piProviderText({ ...input, context: undefined }),
      /contextWindow|maxTokens/,
    );
  });

  it('keep everything else, in its order and with its indentation', () => {
    const others = { theirs: { baseUrl: 'http://x', models: [] }, theme: 'dark' };
    const present = JSON.stringify({ $schema: 's', providers: others, last: [1] }, undefined, '\t');
    const text = written(present);
    const root: unknown = JSON.parse(text);
    assert.deepEqual(Object.keys(Object(root)), ['$schema', 'providers', 'last']);
    assert.deepEqual(valueAt(root, 'providers'), { ...others, switchyard: own(text) });
    assert.ok(text.startsWith(present.slice(0, present.indexOf('"theme": "dark"'))));
  });

  it('replace an older entry of ours where it stands', () => {
    const older = changePiModels('{"providers":{"a":{},"b":{}}}', { ...input, port: 1 });
    assert.ok(older.kind === 'write' && !older.isReplacement);
    const newer = changePiModels(older.text, input);
    assert.ok(newer.kind === 'write' && newer.isReplacement);
    assert.equal(newer.text, older.text.replace('127.0.0.1:1"', '127.0.0.1:4321"'));
  });

  it('need no change when our entry is as it should be', () => {
    assert.deepEqual(changePiModels(written(undefined), input), { kind: 'none' });
  });

  it('are never touched when they are not plain JSON or not as pi wants them', () => {
    for (const present of [
      '',
      '{',
      '// mine\n{"providers":{}}',
      '[]',
      'null',
      '{"providers":[]}',
    ]) {
      assert.deepEqual(changePiModels(present, input), { kind: 'unreadable' }, present);
    }
  });

  it('are shown as what is written, and can be pasted under “providers”', () => {
    const shown: unknown = JSON.parse(`{"providers":{${piProviderText(input)}}}`);
    assert.deepEqual(shown, JSON.parse(written(undefined)));
  });
});
