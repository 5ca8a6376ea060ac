import assert from 'node:assert/strict';
import { imageTokens } from '../../../src/proxy/imageTokens';
import { estimateRequestTokens, estimateTokens } from '../../../src/proxy/tokens';

/** Real counts of o200k for these texts, 2026-11-22. */
const known: readonly (readonly [name: string, text: string, tokens: number])[] = [
  [
    'English',
    'The quick development of language models has changed how people write software, and the tools that they use every day are becoming more capable. '.repeat(
      20,
    ),
    521,
  ],
  ['Chinese', '这个函数读取一个文件并返回其内容。如果文件不存在,则抛出异常。'.repeat(20), 380],
  ['Russian', 'Эта функция читает файл и возвращает его содержимое. '.repeat(20), 242],
  ['hexadecimal', '4f2a9b0c7d1e83a6'.repeat(50), 701],
  ['emoji', '😀🚀✅'.repeat(200), 800],
];

describe('estimateTokens', () => {
  for (const [name, text, tokens] of known) {
    it(`is within a quarter of a real tokenizer for ${name}`, () => {
      const ratio = estimateTokens(text) / tokens;
      assert.ok(ratio > 0.75 && ratio < 1.25, `ratio ${ratio.toFixed(2)}`);
    });
  }

  it('counts nothing for nothing and at least one token for anything else', () => {
    assert.equal(estimateTokens(''), 0);
    assert.equal(estimateTokens('a'), 1);
  });

  it('counts base64 far denser than prose of the same length', () => {
    const base64 = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251)).toString(
      'base64',
    );
    assert.ok(estimateTokens(base64) > base64.length / 2);
  });

  it('reads a megabyte of anything in well under half a second', () => {
    const started = performance.now();
    for (const piece of ['a', '{"":[', 'aB1', ' \n', '字']) {
      estimateTokens(piece.repeat(Math.ceil(200_000 / piece.length)));
    }
    assert.ok(performance.now() - started < 500);
  });
});

describe('estimateRequestTokens', () => {
  const filler = 'some words of a prompt '.repeat(100);
  const fillerTokens = estimateTokens(filler);

  const parts: readonly (readonly [string, Parameters<typeof estimateRequestTokens>[0]])[] = [
    ['a system text', { system: filler }],
    ['system blocks', { system: [{ type: 'text', text: filler }] }],
    ['a message text', { messages: [{ role: 'user', content: filler }] }],
    ['text blocks', { messages: [{ role: 'user', content: [{ type: 'text', text: filler }] }] }],
    [
      'system messages between others',
      { messages: [{ role: 'system', content: [{ type: 'text', text: filler }] }] },
    ],
    [
      'thinking',
      {
        messages: [
          { role: 'assistant', content: [{ type: 'thinking', thinking: filler, signature: 'x' }] },
        ],
      },
    ],
    [
      'tool inputs',
      {
        messages: [
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'a', name: 'b', input: { text: filler } }],
          },
        ],
      },
    ],
    [
      'tool results with a text',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', content: filler }] }] },
    ],
    [
      'tool results with blocks',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'tool_result', content: [{ type: 'text', text: filler }] }],
          },
        ],
      },
    ],
    ['tool descriptions', { tools: [{ name: 'a', description: filler, input_schema: {} }] }],
    [
      'tool schemas',
      { tools: [{ name: 'a', input_schema: { properties: { b: { description: filler } } } }] },
    ],
    [
      'text documents',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'document', source: { type: 'text', data: filler } }],
          },
        ],
      },
    ],
    ['blocks of unknown types', { messages: [{ content: [{ type: 'new', words: filler }] }] }],
  ];
  for (const [name, request] of parts) {
    it(`counts ${name}`, () => {
      const tokens = estimateRequestTokens(request);
      assert.ok(tokens >= fillerTokens, `${tokens} < ${fillerTokens}`);
      assert.ok(tokens < fillerTokens + 400, `${tokens} is far more than ${fillerTokens}`);
    });
  }

  it('counts images by their size and not by their base64 text', () => {
    const image = { type: 'image', source: { type: 'base64', data: 'A'.repeat(400_000) } };
    const tokens = estimateRequestTokens({ messages: [{ role: 'user', content: [image] }] });
    assert.ok(tokens > 1400 && tokens < 1700, String(tokens));
  });

  it('counts a PDF by its bytes', () => {
    const data = 'A'.repeat(1_000_000);
    const pdf = { type: 'document', source: { type: 'base64', data } };
    const tokens = estimateRequestTokens({ messages: [{ role: 'user', content: [pdf] }] });
    assert.ok(tokens > 20_000 && tokens < 60_000, String(tokens));
  });

  it('counts a request like the first of Claude Code at about four bytes a token', () => {
    const tool = {
      name: 'Read',
      description: 'Reads a file from the local filesystem. You can access any file. '.repeat(20),
      input_schema: { type: 'object', properties: { file_path: { type: 'string' } } },
    };
    const request = {
      system: [
        { type: 'text', text: 'You are an agent that helps with software tasks. '.repeat(300) },
      ],
      messages: [{ role: 'user', content: 'hello' }],
      tools: Array.from({ length: 14 }, () => tool),
    };
    const bytesPerToken = JSON.stringify(request).length / estimateRequestTokens(request);
    assert.ok(bytesPerToken > 3.4 && bytesPerToken < 5.4, bytesPerToken.toFixed(2));
  });

  it('takes any shape without a throw', () => {
    for (const odd of [null, 1, 'text', [null, 1, [[]]], { a: 1 }]) {
      assert.ok(estimateRequestTokens({ system: odd, messages: odd, tools: odd }) >= 0);
    }
  });
});

describe('imageTokens', () => {
  const png = (width: number, height: number): string => {
    const bytes = Buffer.alloc(40);
    bytes.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
    bytes.write('IHDR', 12, 'latin1');
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    return bytes.toString('base64');
  };

  it('reads the size of a PNG', () => {
    assert.equal(imageTokens(png(300, 250)), 100);
    assert.equal(imageTokens(png(4000, 4000)), 1600);
  });

  it('reads the size of a JPEG behind its metadata', () => {
    const metadata = Buffer.concat([Buffer.from([0xff, 0xe1, 0x01, 0x02]), Buffer.alloc(256)]);
    const frame = Buffer.from([0xff, 0xc2, 0, 17, 8, 0, 250, 1, 44, 3, 0, 0, 0, 0, 0, 0]);
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), metadata, frame]);
    assert.equal(imageTokens(jpeg.toString('base64')), 100);
  });

  it('assumes a large image when the size cannot be read', () => {
    for (const data of [
      undefined,
      '',
      'A'.repeat(100),
      Buffer.from([0xff, 0xd8, 1]).toString('base64'),
    ]) {
      assert.equal(imageTokens(data), 1500);
    }
  });
});
