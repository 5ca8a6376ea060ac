import assert from 'node:assert/strict';
import { createSseParser, linesOf, type SseFrame } from '../../../../src/proxy/wire/sse';
import { cut } from './replay';

function parse(chunks: Iterable<Uint8Array>): readonly SseFrame[] {
  const parser = createSseParser();
  const frames = [...chunks].flatMap((chunk) => parser.push(chunk));
  return [...frames, ...parser.end()];
}

function dataOf(text: string): readonly (string | undefined)[] {
  return parse([Buffer.from(text)]).map((frame) => linesOf(frame).data);
}

describe('the server-sent events parser', () => {
  it('reads LF, CRLF and CR alike', () => {
    for (const newline of ['\n', '\r\n', '\r']) {
      const text = ['event: a', 'data: 1', '', 'data: 2', '', ''].join(newline);
      const frames = parse([Buffer.from(text)]);
      assert.deepEqual(
        frames.map(linesOf).map(({ event, data }) => [event, data]),
        [
          ['a', '1'],
          ['', '2'],
        ],
      );
    }
  });

  it('gives the same frames and the same bytes however the chunks are cut', () => {
    const texts = [
      'data: Grüße 🌍\n\n',
      'data: Grüße 🌍\r\n\r\n: c\r\n\r\ndata:x\r\n\r\n',
      'data: a\r\rdata: b\r\r',
    ];
    for (const text of texts) {
      const bytes = Buffer.from(text);
      const whole = dataOf(text).filter((data) => data !== undefined);
      for (let size = 1; size < bytes.length; size += 1) {
        const frames = parse(cut(bytes, size));
        const data = frames
          .map((frame) => linesOf(frame).data)
          .filter((value) => value !== undefined);
        assert.deepEqual(data, whole);
        const joined = Buffer.concat(frames.map((frame) => frame.bytes)).toString();
        assert.equal(joined.trimEnd(), text.trimEnd());
      }
    }
  });

  it('gives each frame the bytes that it was made of', () => {
    const parts = ['event: a\ndata: 1\n\n', ': comment\n\n', 'data: 2\n\n'];
    const frames = parse([Buffer.from(parts.join(''))]);
    assert.deepEqual(
      frames.map((frame) => Buffer.from(frame.bytes).toString()),
      parts,
    );
  });

  it('takes a CR at the end of a chunk for the end of the event at once', () => {
    const parser = createSseParser();
    assert.equal(parser.push(Buffer.from('data: 1\r\n\r')).length, 1);
    assert.deepEqual(
      parser.push(Buffer.from('\ndata: 2\r\n\r\n')).map((frame) => linesOf(frame).data),
      ['2'],
    );
  });

  it('reads data without a space, several lines, empty data, fields without a colon, and a byte order mark', () => {
    assert.deepEqual(dataOf('data:1\n\n'), ['1']);
    assert.deepEqual(dataOf('data: 1\ndata:  2\n\n'), ['1\n 2']);
    assert.deepEqual(dataOf('data:\n\ndata\n\n'), ['', '']);
    assert.deepEqual(dataOf('\uFEFFdata: 1\n\n'), ['1']);
    assert.deepEqual(dataOf(': keep-alive\n\nid: 4\nretry: 9\n\n'), [undefined, undefined]);
  });

  it('gives the last event without its blank line, completed and marked', () => {
    const [frame] = parse([Buffer.from('event: a\ndata: 1')]);
    assert.equal(frame && linesOf(frame).data, '1');
    assert.equal(frame?.isWhole, false);
    assert.equal(Buffer.from(frame?.bytes ?? []).toString(), 'event: a\ndata: 1\n\n');
    assert.deepEqual(
      parse([Buffer.from('data: 1\n\n')]).map(({ isWhole }) => isWhole),
      [true],
    );
  });

  it('stops at an event that is longer than the limit', () => {
    const parser = createSseParser(64);
    assert.equal(parser.push(Buffer.from(`data: ${'x'.repeat(40)}\n\n`)).length, 1);
    parser.push(Buffer.from(`data: ${'x'.repeat(60)}`));
    assert.equal(parser.isTooLong, true);
    assert.deepEqual(parser.push(Buffer.from('\n\n')), []);
    assert.deepEqual(parser.end(), []);
  });
});
