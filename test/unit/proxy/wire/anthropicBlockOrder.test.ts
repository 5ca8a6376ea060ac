import assert from 'node:assert/strict';
import { createBlockOrder, type Placed } from '../../../../src/proxy/wire/anthropicBlockOrder';
import type { JsonObject } from '../../../../src/proxy/wire/json';

type Event = readonly [type: string, data: JsonObject];

const begin: Event = ['message_start', {}];
const start = (index: number, type = 'text', name = 'run'): Event => [
  'content_block_start',
  { index, content_block: type === 'tool_use' ? { type, name } : { type } },
];
const delta = (index: number, type: string, fields: JsonObject = {}): Event => [
  'content_block_delta',
  { index, delta: { type, ...fields } },
];
const stop = (index: number): Event => ['content_block_stop', { index }];
const end: Event = ['message_stop', {}];

describe('the order of the blocks in a stream that is passed through', () => {
  function placeAll(events: readonly Event[]) {
    const order = createBlockOrder();
    const placed: readonly Placed[] = events.map(([type, data]) => order.place(type, data));
    return { placed, hasBrokenTool: order.hasBrokenTool, last: placed.at(-1) };
  }

  it('touches nothing that is in order', () => {
    const events = [begin, start(0), delta(0, 'text_delta'), stop(0), start(1), stop(1), end];
    for (const [index, placed] of placeAll(events).placed.entries()) {
      assert.deepEqual(placed, { is: 'passed', data: events[index]?.[1], before: '' });
    }
  });

  it('drops a start and a stop that come twice', () => {
    assert.deepEqual(placeAll([begin, start(0), start(0)]).last, { is: 'dropped' });
    assert.deepEqual(placeAll([begin, start(0), stop(0), stop(0)]).last, { is: 'dropped' });
  });

  it('closes a block that the next one, or the end, leaves open', () => {
    for (const next of [start(1), end]) {
      const { last } = placeAll([begin, start(0), next]);
      assert.match(last?.is === 'passed' ? last.before : '', /content_block_stop.*"index":0/s);
    }
  });

  it('counts for hosts that number every block 0', () => {
    const { placed } = placeAll([
      begin,
      start(0),
      delta(0, 'text_delta'),
      stop(0),
      start(0),
      stop(0),
    ]);
    const indexes = placed
      .slice(1)
      .map((one) => (one.is === 'passed' ? one.data['index'] : one.is));
    assert.deepEqual(indexes, [0, 0, 0, 1, 1]);
  });

  it('calls broken what has no place', () => {
    const broken: readonly (readonly Event[])[] = [
      [start(0)],
      [begin, delta(0, 'text_delta')],
      [begin, start(0), delta(1, 'text_delta')],
      [begin, start(0), delta(0, 'input_json_delta')],
      [begin, start(0, 'thinking'), delta(0, 'text_delta')],
      [begin, start(0, 'tool_use', '')],
    ];
    for (const events of broken) {
      assert.equal(placeAll(events).last?.is, 'broken', JSON.stringify(events));
    }
  });

  it('lets deltas of the future stand anywhere', () => {
    assert.equal(placeAll([begin, start(0), delta(0, 'future_delta')]).last?.is, 'passed');
  });

  it('notices a tool call whose input is no object', () => {
    const tool = (...pieces: readonly string[]) =>
      placeAll([
        begin,
        start(0, 'tool_use'),
        ...pieces.map((json) => delta(0, 'input_json_delta', { partial_json: json })),
        stop(0),
      ]).hasBrokenTool;
    assert.equal(tool('', '{"a":', '1}'), false);
    assert.equal(tool(''), false);
    assert.equal(tool('{"a":'), true);
    assert.equal(tool('[1]'), true);
  });
});
