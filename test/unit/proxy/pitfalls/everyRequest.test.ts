import assert from 'node:assert/strict';
import { UPSTREAM_DIALECTS } from '../../../support/upstreamDialects';
import { bodyWith, encode, fixtureBody } from '../wire/requests';
import { clientOver } from './clientOver';

const picture = 'iVBORw0KGgo=';

for (const { format, path, stream } of UPSTREAM_DIALECTS) {
  const sent = (
    ...rest: Parameters<typeof encode> extends [unknown, ...infer Rest] ? Rest : never
  ) => encode(format, ...rest).body;

  describe(`requests to another vendor of ${format}`, () => {
    it('pitfall 43: thinking that another vendor sealed stays here', () => {
      const thoughts = ['', 'sw-gemini:another-model:c2ln', 'sw-responses:another:rs_1:c2ln'];
      for (const signature of thoughts) {
        const content = [
          { type: 'thinking', thinking: 'Hm, well.', signature },
          { type: 'text', text: 'Yes.' },
        ];
        const body = sent(bodyWith({ messages: [{ role: 'assistant', content }] }));
        assert.ok(!body.includes('Hm, well.') && !body.includes('c2ln'), body);
        assert.ok(body.includes('Yes.'));
      }
    });

    it('pitfall 44: what only Anthropic can read is left out', () => {
      const content = [
        { type: 'redacted_thinking', data: 'EqQBsecret' },
        { type: 'tool_use', id: 'a', name: 'Read', input: {} },
      ];
      const result = { type: 'tool_result', tool_use_id: 'a', content: 'Found.' };
      const messages = [
        { role: 'assistant', content },
        { role: 'user', content: [result] },
      ];
      const body = sent(bodyWith({ messages }));
      assert.ok(!body.includes('EqQBsecret') && body.includes('Found.'));
    });

    it('pitfall 46: thinking that is off and an effort are never sent together', () => {
      const rawBody = bodyWith({
        thinking: { type: 'disabled' },
        output_config: { effort: 'high' },
      });
      assert.doesNotMatch(sent(rawBody, { facts: { efforts: ['low', 'high'] } }), /"high"/);
    });

    it('pitfall 47: a system message in the middle stays where it is', () => {
      const messages = [
        { role: 'user', content: 'First' },
        { role: 'assistant', content: 'Second' },
        { role: 'system', content: 'Third' },
        { role: 'user', content: 'Fourth' },
      ];
      const body = sent(bodyWith({ system: 'Top', messages }));
      assert.doesNotMatch(body, /"role":"(system|developer)","content":[^}]*Third/);
      const places = ['First', 'Second', 'Third', 'Fourth'].map((word) => body.indexOf(word));
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
      );
      assert.ok(!places.includes(-1));
    });

    it('pitfall 48: pictures in results arrive, or a note where the model has no eyes', () => {
      const source = { type: 'base64', media_type: 'image/png', data: picture };
      const messages = [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'Read', input: {} }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image', source }] },
          ],
        },
      ];
      assert.ok(sent(bodyWith({ messages })).includes(picture));
      const blind = sent(bodyWith({ messages }), { facts: { images: false } });
      assert.ok(!blind.includes(picture) && blind.includes('[image omitted'));
    });

    it('pitfall 51: no context_management', () => {
      const edits = [{ type: 'clear_thinking_20251015', keep: 'all' }];
      const body = sent(bodyWith({ context_management: { edits } }));
      assert.doesNotMatch(body, /context_management|clear_thinking/);
    });

    it('pitfall 52: no beta name that the vendor may refuse', () => {
      const { headers } = encode(format, fixtureBody('first-turn'), {
        anthropicBeta: 'claude-code-20250219,interleaved-thinking-2025-05-14,effort-2025-11-24',
      });
      const sentBeta = headers['anthropic-beta'];
      const expected =
        format === 'anthropic-messages' ? 'interleaved-thinking-2025-05-14' : undefined;
      assert.equal(sentBeta, expected);
    });

    it('pitfall 53: no billing line', () => {
      assert.doesNotMatch(sent(fixtureBody('first-turn')), /x-anthropic-billing-header|cch=/);
    });

    it('pitfall 54: the same request has the same bytes, so that a cached prefix is found again', () => {
      const rawBody = fixtureBody('parallel-tools');
      assert.equal(sent(rawBody), sent(rawBody));
    });

    it('pitfall 56: a server tool is dropped and said to be missing, never an empty function', () => {
      const body = sent(fixtureBody('web-search-server-tool'));
      assert.doesNotMatch(body, /web_search_20250305|"tools"|functionDeclarations/);
      assert.match(body, /Not available here: web_search/);
    });

    it('pitfall 57: deferred tools go out plainly, and references to them as text', () => {
      const body = sent(fixtureBody('tool-reference'));
      assert.doesNotMatch(body, /tool_reference|defer_loading/);
      assert.match(body, /"name":"WebSearch"/);
      assert.match(body, /Loaded tool: WebSearch/);
    });

    it('pitfall 58: no user id leaves', () => {
      const body = sent(bodyWith({ metadata: { user_id: `user_${'x'.repeat(200)}` } }));
      assert.doesNotMatch(body, /xxx|metadata|user_id/);
    });

    it('pitfall 59: the output limit has the format’s name and is what the model can give', () => {
      const body = sent(bodyWith({ max_tokens: 900_000 }), { facts: { maxOutput: 500 } });
      assert.match(body, /"(max_tokens|max_output_tokens|maxOutputTokens)":500\b/);
      assert.doesNotMatch(body, /900000/);
    });

    it('pitfall 62: path, session, key and model stand where the gateway looks for them', async () => {
      const over = await clientOver(format);
      over.upstream.answer({ sse: stream({ text: 'Hi' }) });
      await (await over.ask()).text();
      const [request] = over.upstream.requests;
      assert.match(request?.path ?? '', path);
      assert.notEqual(request?.headers['x-opencode-session'] ?? '', '');
      const { headers = {} } = request ?? {};
      const keys = [headers['x-api-key'], headers['x-goog-api-key'], headers.authorization];
      const expected = {
        'anthropic-messages': 0,
        gemini: 1,
        'openai-chat': 2,
        'openai-responses': 2,
      };
      assert.deepEqual(
        keys.map((key) => key !== undefined),
        [0, 1, 2].map((index) => index === expected[format]),
      );
      const isFirst = request?.text.startsWith('{"model":"alpha"') ?? false;
      assert.equal(format === 'gemini' ? request?.path.includes('/alpha:') : isFirst, true);
      await over.close();
    });
  });
}
