import assert from 'node:assert/strict';
import { listed, momentInWords, phrase, render, withForeign } from '../../../src/proxy/phrase';
import { durationInWords } from '../../../src/proxy/timeInWords';
import { chinese } from '../../support/inChinese';

const at = new Date(2026, 10, 22, 18, 20).getTime();

describe('render', () => {
  it('gives English where no language is told, and a string as it is in every language', () => {
    assert.equal(
      render(phrase('{0} rejected {1}.', 'A', phrase('the API key'))),
      'A rejected the API key.',
    );
    assert.equal(render('rate limited', chinese), 'rate limited');
  });

  it('translates phrases within phrases, each with its places in the order of its language', () => {
    const limit = phrase('The {0} usage limit of {1} is reached.', phrase('weekly'), 'OpenCode Go');
    assert.equal(render(limit), 'The weekly usage limit of OpenCode Go is reached.');
    assert.equal(render(limit, chinese), 'OpenCode Go 已达用量限额（每周）。');
  });

  it('takes no place from a value', () => {
    assert.equal(render(phrase('{0} and {1}', '{1}', 'two')), '{1} and two');
    assert.equal(render(phrase('{0}: {1}', phrase('{0}', '{1}'), 'x')), '{1}: x');
  });

  it('leaves numbers alone', () => {
    assert.equal(render(phrase('{0} tokens', 12_345)), '12345 tokens');
  });

  it('writes moments as their language does', () => {
    assert.equal(momentInWords(at), 'Sun 22 Nov, 18:20');
    assert.equal(render(phrase('until {0}', { at })), 'until Sun 22 Nov, 18:20');
    assert.equal(render(phrase('until {0}', { at }), chinese), '至 11月22日周日 18:20');
  });

  it('writes lengths of time as their language does', () => {
    assert.equal(durationInWords(14_580_000, chinese), '4 小时 3 分钟');
    assert.equal(durationInWords(45_000, chinese), '45 秒');
    assert.equal(durationInWords(3 * 86_400_000, chinese), '3 天');
  });
});

describe('listed', () => {
  it('puts one behind the other', () => {
    assert.equal(render(listed([phrase('has tools')])), 'has tools');
    const three = listed([phrase('has tools'), phrase('has images'), phrase('effort {0}', 'high')]);
    assert.equal(render(three), 'has tools, has images, effort high');
    assert.equal(render(three, chinese), '带有工具，含有图像，推理强度 high');
  });
});

describe('withForeign', () => {
  it('changes what is not ours at any depth, and none of our words', () => {
    const words = phrase('{0} of {1}', phrase('key {0}', 'key'), 'key', 7, { at });
    const changed = withForeign(words, (text) => text.replaceAll('key', '[redacted]'));
    assert.deepEqual(
      changed,
      phrase('{0} of {1}', phrase('key {0}', '[redacted]'), '[redacted]', 7, { at }),
    );
    assert.equal(
      withForeign('a key', () => 'x'),
      'x',
    );
  });
});
