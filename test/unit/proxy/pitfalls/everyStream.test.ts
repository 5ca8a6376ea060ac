import assert from 'node:assert/strict';
import { createStreamEncoder } from '../../../../src/proxy/wire/anthropic';
import { collectMessage } from '../../../../src/proxy/wire/message';
import { type Said, UPSTREAM_DIALECTS } from '../../../support/upstreamDialects';
import { codecOf, eventsOf } from '../wire/replay';
import { eventsIn } from './clientOver';

const read = { id: 'call_a', name: 'Read', input: { path: '/long/name/of/a/file' } };
const bash = { id: 'call_b', name: 'Bash', input: { command: 'ls "x"' } };
const everything: Said = { thinking: 'Hm, well.', text: 'Look here.', tools: [read, bash] };

for (const dialect of UPSTREAM_DIALECTS) {
  const codec = codecOf(dialect.format);
  const events = (text: string) => eventsOf(codec, [Buffer.from(text)]);
  const said = (content: Said) => events(dialect.stream(content).join(''));
  const whole = (content: Said) =>
    collectMessage(codec.decodeMessage(dialect.whole(content), 'asked', new Map()));

  describe(`streams of ${dialect.format}, as Switchyard reads them`, () => {
    it('pitfall 26: the input of a tool is passed on while it comes', async () => {
      const frames = dialect.stream({ tools: [read] });
      const first = frames.findIndex((frame) => frame.includes('path'));
      const types = (await events(frames.slice(0, first + 1).join(''))).map(({ type }) => type);
      assert.ok(types.includes('tool-delta'), types.join());
    });

    it('pitfall 29: every parallel call has a block of its own, one behind the other', async () => {
      const types = (await said(everything)).map(({ type }) => type);
      assert.equal(types.filter((type) => type === 'tool-start').length, 2);
      assert.ok(types.indexOf('tool-end') < types.lastIndexOf('tool-start'));
    });

    it('pitfall 30: the client’s blocks are numbered from 0, and each delta stands in its own', async () => {
      const encoder = createStreamEncoder({ model: 'claude', inputTokens: 1 });
      let open = -1;
      let next = 0;
      for (const { type, index } of eventsIn(encoder.encode(await said(everything)))) {
        if (type === 'content_block_start') {
          assert.deepEqual([open, index], [-1, next]);
          open = next;
          next += 1;
        } else if (type === 'content_block_delta' || type === 'content_block_stop') {
          assert.equal(index, open);
          open = type === 'content_block_stop' ? -1 : open;
        }
      }
      assert.deepEqual([open, next], [-1, 4]);
    });

    it('pitfall 31: nothing is lost where one kind of block follows another', async () => {
      const [thinking, text, ...tools] = collectMessage(await said(everything))?.content ?? [];
      assert.equal(thinking?.type === 'thinking' && thinking.thinking, 'Hm, well.');
      assert.deepEqual(text, { type: 'text', text: 'Look here.' });
      assert.deepEqual(tools, [
        { type: 'tool_use', ...read },
        { type: 'tool_use', ...bash },
      ]);
    });

    it('pitfall 32: input that stops in the middle is neither mended nor a success', async () => {
      const stream = dialect.stream({ tools: [read] }).join('');
      const cut = await events(stream.slice(0, stream.indexOf('/long/name') + 3));
      assert.ok(!cut.some(({ type }) => type === 'message-end'));
      assert.equal(collectMessage(cut), undefined);
    });

    it('pitfall 33: a call without input has an empty object for input', async () => {
      const now = { id: 'call_n', name: 'Now', input: {} };
      const messages = [collectMessage(await said({ tools: [now] })), whole({ tools: [now] })];
      for (const message of messages) {
        assert.deepEqual(message?.content, [{ type: 'tool_use', ...now }]);
      }
    });

    it('pitfall 36: the stop reason agrees with the blocks', async () => {
      for (const [content, expected] of [
        [{ text: 'Hi' }, 'end_turn'],
        [{ tools: [read] }, 'tool_use'],
      ] as const) {
        assert.equal(collectMessage(await said(content))?.stopReason, expected);
        assert.equal(whole(content)?.stopReason, expected);
      }
    });

    it('pitfall 39: thinking ends before a call begins', async () => {
      const types = (await said({ thinking: 'Hm.', tools: [read] })).map(({ type }) => type);
      assert.ok(types.indexOf('thinking-end') < types.indexOf('tool-start'), types.join());
    });

    it('pitfall 40: an answer that only thinks keeps its thinking', async () => {
      for (const message of [
        collectMessage(await said({ thinking: 'Hm.' })),
        whole({ thinking: 'Hm.' }),
      ]) {
        const [block] = message?.content ?? [];
        assert.equal(block?.type === 'thinking' && block.thinking, 'Hm.');
      }
    });
  });
}
