import assert from 'node:assert/strict';
import { describeContent } from '../../../src/proxy/requestContent';
import type { RequestClass } from '../../../src/proxy/types';
import { bodyWith, parsed } from './wire/requests';

const user = (...texts: readonly string[]) => ({
  role: 'user',
  content: texts.map((text) => ({ type: 'text', text })),
});
const assistant = (text: string) => ({ role: 'assistant', content: [{ type: 'text', text }] });
const toolResult = (text: string) => ({
  role: 'user',
  content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: text }],
});

function typed(messages: readonly object[], requestClass: RequestClass = 'main'): string {
  const request = parsed(bodyWith({ messages, system: 'the system prompt' }));
  return describeContent(request, requestClass).lastTypedText;
}

describe('what the person typed last', () => {
  const cases: readonly [what: string, messages: readonly object[], expected: string][] = [
    ['a plain message', [user('fix it')], 'fix it'],
    ['the later of two', [user('first'), assistant('done'), user('second')], 'second'],
    [
      'the prompt behind the results of tools',
      [user('fix it'), assistant('I will look.'), toolResult('think hard')],
      'fix it',
    ],
    [
      'the words beside a tool result',
      [
        user('first'),
        assistant('…'),
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: 'refused' },
            { type: 'text', text: '[Request interrupted by user for tool use]' },
            { type: 'text', text: 'rather do that' },
          ],
        },
      ],
      'rather do that',
    ],
    ['no reminder', [user('<system-reminder>\nthink hard\n</system-reminder>', 'go on')], 'go on'],
    [
      'no reminder that holds its own end tag',
      [user('<system-reminder>a </system-reminder> think </system-reminder>', 'go on')],
      'go on',
    ],
    [
      'no reminder in the middle of a text',
      [user('go <system-reminder>think hard</system-reminder> on')],
      'go   on',
    ],
    ['no message with attributes', [user('<teammate-message id="1">x</teammate-message>go')], 'go'],
    [
      'a question about such a tag',
      [user('what is a <system-reminder> for?')],
      'what is a <system-reminder> for?',
    ],
    [
      "a command's arguments, not what it expands to",
      [
        user(
          '<command-message>review</command-message>\n<command-name>/review</command-name>\n<command-args>the parser</command-args>',
          'You are a reviewer. Think hard about every line.',
        ),
      ],
      'the parser',
    ],
    [
      'a shell line, not its output',
      [user('<bash-input>npm test</bash-input>'), user('<bash-stdout>think</bash-stdout>')],
      'npm test',
    ],
    [
      'nothing of a summary of the conversation so far',
      [user('This session is being continued from a previous conversation. Think.'), user('on')],
      'on',
    ],
    [
      "not Codex's surroundings",
      [user('<environment_context>\n<cwd>/think</cwd>\n</environment_context>'), user('go')],
      'go',
    ],
    ['nothing where nobody typed', [assistant('hello'), toolResult('x')], ''],
    [
      'an empty message',
      [user('go'), assistant('?'), { role: 'user', content: '(no content)' }],
      'go',
    ],
  ];
  for (const [what, messages, expected] of cases) {
    it(`is ${what}`, () => assert.equal(typed(messages), expected));
  }

  it('is nothing in requests that an agent words', () => {
    for (const requestClass of ['subagent', 'auxiliary', 'compaction'] as const) {
      assert.equal(typed([user('think hard')], requestClass), '');
    }
  });

  it('is the beginning and the end of a long paste', () => {
    const text = typed([user(`Explain this: ${'x'.repeat(100_000)} Be brief.`)]);
    assert.ok(text.length < 10_000);
    assert.match(text, /^Explain this: x+\nx+ Be brief\.$/);
  });

  it('takes no time for text that is made to take it', () => {
    const hostile = '<system-reminder>'.repeat(400);
    assert.equal(typed([user(`go ${hostile}`)]), `go ${hostile}`.trim());
  });
});

describe('server tools', () => {
  const search = { type: 'web_search_20250305', name: 'web_search' };
  const own = { name: 'Bash', input_schema: { type: 'object' } };
  const needed = (members: object, requestClass: RequestClass = 'auxiliary') =>
    describeContent(parsed(bodyWith({ ...members })), requestClass).neededServerTools;

  it('are needed by a request of its own for them', () => {
    assert.deepEqual(needed({ tools: [search] }), ['web_search_20250305']);
  });

  it('are an offer beside other tools, in a conversation, and in what a person asks', () => {
    assert.deepEqual(needed({ tools: [search, own] }), []);
    const messages = [user('a'), assistant('b'), user('c')];
    assert.deepEqual(needed({ tools: [search], messages }), []);
    assert.deepEqual(needed({ tools: [search] }, 'main'), []);
    assert.deepEqual(needed({}), []);
  });
});
