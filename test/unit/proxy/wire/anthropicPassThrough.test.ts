import assert from 'node:assert/strict';
import { codecOf, cut, stepsOf } from './replay';

const format = 'anthropic-messages';

describe('the pass-through of an Anthropic stream', () => {
  const frame = (type: string, rest = '') => `event: ${type}\ndata: {"type":"${type}"${rest}}\n\n`;
  const begin =
    frame('message_start', ',"message":{"id":"m","usage":{"input_tokens": 1,"output_tokens":1}}') +
    frame('content_block_start', ',"index":0,"content_block":{"type":"text","text":""}') +
    frame('content_block_delta', ',"index":0,"delta":{"type":"text_delta","text":"\\u00e9 🌍"}');
  const finish =
    frame('content_block_stop', ',"index":0') +
    frame('message_delta', ',"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}') +
    frame('message_stop');

  async function passed(text: string, size = text.length * 4): Promise<string> {
    const steps = await stepsOf(codecOf(format), cut(Buffer.from(text), size));
    return Buffer.concat(steps.flatMap((step) => step.bytes ?? [])).toString();
  }

  it('is exact, pings, comments and unknown events included', async () => {
    const text = `${begin}: c\n\n${frame('ping')}${frame('novelty', ',"a":[1.0]')}${finish}`;
    for (const size of [1, 3, 1000]) {
      assert.equal(await passed(text, size), text);
    }
  });

  it('leaves out error frames, [DONE] and whatever follows the end', async () => {
    assert.equal(
      await passed(`${begin}${frame('error', ',"error":{"type":"x"}')}${finish}`),
      begin,
    );
    assert.equal(
      await passed(`${begin}data: [DONE]\n\n${finish}${frame('ping', ',"cost":"1"')}`),
      begin + finish,
    );
  });

  it('forwards whole frames only', async () => {
    const steps = await stepsOf(codecOf(format), [Buffer.from(`${begin}event: content_bl`)]);
    assert.equal(Buffer.concat(steps.flatMap((step) => step.bytes ?? [])).toString(), begin);
  });

  it('mends frames without an event line, without usage and without a stop reason', async () => {
    const text = `data: {"type":"message_start","message":{"id":"m","usage":null}}\n\n${frame('message_stop')}`;
    const result = await passed(text);
    assert.match(result, /^event: message_start\n/);
    assert.match(result, /"usage":\{"input_tokens":0,/);
    assert.match(
      result,
      /event: message_delta\ndata: .*"stop_reason":"end_turn".*\n\nevent: message_stop/,
    );
  });

  it('tells no lower count of the output than was told before', async () => {
    const counts = (output: number, delta: string) =>
      frame('message_delta', `,"delta":{${delta}},"usage":{"output_tokens":${output}}`);
    const text = `${begin}${frame('content_block_stop', ',"index":0')}${counts(9, '')}${counts(7, '"stop_reason":"end_turn"')}${frame('message_stop')}`;
    const told = [...(await passed(text)).matchAll(/"output_tokens":(\d+)/g)].map(([, n]) => n);
    assert.deepEqual(told, ['1', '9', '9']);
  });
});
