import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseMessagesRequest } from '../../../../src/proxy/wire/anthropicRequest';
import { bodyWith, fixtureBody, parsed } from './requests';

const names = readdirSync(join(__dirname, '../../../fixtures/requests'))
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));

function refusal(text: string): string {
  const result = parseMessagesRequest(text);
  return result.ok ? 'accepted' : result.message;
}

describe('the request reader', () => {
  for (const name of names) {
    it(`accepts the recorded request ${name}`, () => {
      assert.equal(refusal(fixtureBody(name)), 'accepted');
    });
  }

  it('turns strings into blocks wherever a content may be either', () => {
    const request = parsed(
      bodyWith({
        system: 'Be kind.',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'system', content: 'Plan mode.' },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: 'ok' }] },
        ],
      }),
    );
    assert.deepEqual(request.system, [{ type: 'text', text: 'Be kind.' }]);
    assert.equal(request.messages[1]?.role, 'system');
    assert.deepEqual(request.messages[2]?.content, [
      {
        type: 'tool_result',
        toolUseId: 'a',
        content: [{ type: 'text', text: 'ok' }],
        isError: false,
      },
    ]);
  });

  it('keeps unknown blocks, unknown thinking types and unknown members', () => {
    const content = [{ type: 'server_tool_use', id: 'x' }, { type: 'constructor' }];
    const request = parsed(
      bodyWith({
        messages: [{ role: 'assistant', content }],
        thinking: { type: 'between_tools' },
        output_config: { effort: 'enormous' },
        whatever: 1,
      }),
    );
    assert.deepEqual(request.messages[0]?.content, [
      { type: 'other', blockType: 'server_tool_use', content: content[0] },
      { type: 'other', blockType: 'constructor', content: content[1] },
    ]);
    assert.equal(request.thinking?.type, 'between_tools');
    assert.equal(request.effort, undefined);
  });

  it('tells custom tools from server tools, nameless toolsets included', () => {
    const request = parsed(
      bodyWith({
        tools: [
          { name: 'Bash', input_schema: { type: 'object' }, defer_loading: true },
          { type: 'custom', name: 'Read', description: 'Reads.', input_schema: { type: 'object' } },
          { type: 'web_search_20250305', name: 'web_search' },
          { type: 'mcp_toolset', mcp_server_name: 'x' },
        ],
      }),
    );
    assert.deepEqual(
      request.tools.map(({ type, name }) => [type, name]),
      [
        ['custom', 'Bash'],
        ['custom', 'Read'],
        ['server', 'web_search'],
        ['server', 'mcp_toolset'],
      ],
    );
  });

  it('reads the schema, the safeguards and the session where clients put them', () => {
    assert.deepEqual(Object.keys(parsed(fixtureBody('background-name')).outputSchema ?? {}), [
      'type',
      'properties',
      'required',
      'additionalProperties',
    ]);
    assert.equal(parsed(fixtureBody('auto-mode-safeguards')).hasSafeguards, true);
    assert.match(parsed(fixtureBody('first-turn')).userId ?? '', /session_id/);
  });

  it('names the member that is wrong', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['{', 'The request body is not a JSON object.'],
      ['[]', 'The request body is not a JSON object.'],
      [JSON.stringify({ messages: [] }), 'model: Invalid input: expected string'],
      [bodyWith({ messages: 4 }), 'messages: Invalid input: expected array'],
      [
        bodyWith({ messages: [{ role: 'bot', content: '' }] }),
        'messages.0.role: Invalid input: expected "user" or "assistant" or "system"',
      ],
      [
        bodyWith({ messages: [{ role: 'user', content: [{ type: 'text' }] }] }),
        'messages.0.content.0.text: Invalid input: expected string',
      ],
      [
        bodyWith({
          messages: [
            { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{}] }] },
          ],
        }),
        'messages.0.content.0.content.0.type: Invalid input: expected string',
      ],
      [bodyWith({ tools: [{ input_schema: {} }] }), 'tools.0.name: Field required'],
    ];
    for (const [text, message] of cases) {
      assert.equal(refusal(text), message);
    }
  });
});
