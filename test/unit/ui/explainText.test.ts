import { strict as assert } from 'node:assert';
import { phrase } from '../../../src/proxy/phrase';
import { explainMarkdown } from '../../../src/ui/explainText';
import { requestPick } from '../../../src/ui/requestPick';
import { servedTrace, traceWith } from '../../support/traces';
import { plainCells } from './plainCells';
import { plainTranslate as t } from './plainTranslate';

describe('explainMarkdown', () => {
  const page = plainCells(explainMarkdown(servedTrace, t));

  it('says what became of the request, how long it took, what it cost, and why it went there', () => {
    assert.match(page, /^# Request 3f2a$/m);
    assert.match(page, /^\*\*Served by opencode-go\/kimi-k2\.7-code\*\*/m);
    assert.match(page, /2\.0 s · first content after 900 ms · \$0\.0060/);
    assert.match(page, /Scenario \*\*default\*\*: no other rule matched\./);
  });

  it('lists every model of the chain: tried, not needed, left out and why', () => {
    const trace = traceWith({ chain: [...servedTrace.chain, 'opencode-go/minimax-m3'] });
    const rows = plainCells(explainMarkdown(trace, t)).split('\n');
    assert.ok(
      rows.some((row) =>
        row.startsWith('| opencode-go/glm-5.3 | overloaded (529) |  | 300 ms | `'),
      ),
    );
    assert.ok(
      rows.some((row) =>
        row.startsWith('| opencode-go/kimi-k2.7-code | served | 600 ms | 1.7 s | `'),
      ),
    );
    assert.ok(rows.includes('| opencode-go/minimax-m3 | not needed |  |  |  |'));
    assert.ok(rows.includes('| opencode-go/hy3 | left out: cannot see images |  |  |  |'));
  });

  it('names the key where there are several, and says why a conversation moved', () => {
    const moved = { from: 'a/m', to: 'b/m', why: phrase('overloaded (529)') };
    const attempts = servedTrace.attempts.map((one) => ({ ...one, credential: 'work' }));
    const text = plainCells(explainMarkdown(traceWith({ moved, attempts }), t));
    assert.match(text, /\| opencode-go\/glm-5\.3 \(key “work”\) \| overloaded/);
    assert.match(text, /The conversation moved from a\/m to b\/m: overloaded \(529\)\./);
  });

  it('draws when each attempt waited, thought and answered', () => {
    const bars = [...page.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    assert.deepEqual(bars, ['░░░░', '····░░░░░░░▒▒▒▒▒▒███████']);
  });

  it('lists the rules in the order in which they were asked, and marks the one that won', () => {
    assert.match(
      page,
      /\| – \| vision \| no images \|\n\| ✓ \| \*\*default\*\* \| no other rule matched \|/,
    );
    const untold = plainCells(explainMarkdown(traceWith({ considered: [] }), t));
    assert.match(untold, /## Which rule decided\n\n\*\*default\*\*: no other rule matched/);
  });

  it('tells what was measured, the tokens, and what the cache saved', () => {
    assert.match(page, /\| Model asked for \| claude-sonnet-5-5 \|/);
    assert.match(page, /\| Input \| about 12,345 tokens \|/);
    assert.match(page, /\| Effort \| high \|/);
    assert.match(page, /\| Read from the cache \| 10,000 tokens \|/);
    assert.match(page, /\| Saved by the cache \| \$0\.0080 \|/);
    assert.doesNotMatch(page, /default chain it would have cost/);
  });

  it('tells what the client was told when nothing served, and who was not asked', () => {
    const { usage: _usage, cost: _cost, ...bare } = servedTrace;
    const failure = { kind: 'keyRejected', words: phrase('API key rejected (401)') } as const;
    const [first] = servedTrace.attempts;
    assert.ok(first !== undefined);
    const attempts = [{ ...first, origin: 'remembered', failure } as const];
    const failed = { ...bare, outcome: 'failed', status: 424, failure, attempts } as const;
    const text = plainCells(explainMarkdown(failed, t));
    assert.match(text, /\*\*Not served: API key rejected \(401\)\*\*/);
    assert.match(text, /The client was told: \*\*API key rejected \(401\)\*\*, with status 424\./);
    assert.match(text, /glm-5\.3 \| not asked: API key rejected \(401\) \(remembered\) \|/);
    assert.match(text, /kimi-k2\.7-code \| not asked \|/);
    assert.doesNotMatch(text, /waiting|Tokens and cost/);
  });

  it('draws a request that runs, and one that took no time at all', () => {
    const { endedAt: _endedAt, outcome: _outcome, status: _status, ...running } = servedTrace;
    assert.match(plainCells(explainMarkdown(running, t)), /\*\*Running\*\*/);
    const { startedAt } = servedTrace;
    const attempts = servedTrace.attempts.map((one) => ({ ...one, startedAt, endedAt: startedAt }));
    const quick = traceWith({ endedAt: startedAt, attempts });
    assert.match(explainMarkdown(quick, t), /`·+░`/);
  });

  it('lets no foreign text make links, headings, HTML or cells of its own', () => {
    const nasty = '](command:evil) [x](https://e.vil) <b> | **a** `c`\n# h';
    const foreign = phrase('{0}', nasty);
    const trace = traceWith({
      scenario: nasty,
      reason: foreign,
      facts: { ...servedTrace.facts, requestedModel: nasty, userAgent: nasty, agentType: nasty },
      considered: [{ rule: nasty, matched: true, why: foreign }],
      chain: [nasty],
      skipped: [{ name: nasty, reason: foreign }],
    });
    const text = explainMarkdown(trace, t);
    assert.doesNotMatch(text, /command:|https:|<b>|\n# h/);
  });
});

describe('requestPick', () => {
  it('shows model, scenario, time and cost, and what failed before', () => {
    const { label, description, detail } = requestPick(servedTrace, t);
    assert.equal(label, '$(check) opencode-go/kimi-k2.7-code');
    assert.match(description, /^default · .* · 2\.0 s · \$0\.0060$/);
    assert.equal(
      detail,
      'claude-sonnet-5-5 · 12,345 tokens · opencode-go/glm-5.3: overloaded (529)',
    );
  });

  it('tells every outcome in words, and has no icon but its own', () => {
    const { outcome: _outcome, ...running } = servedTrace;
    assert.equal(requestPick(running, t).label, '$(loading~spin) running');
    const labelOf = (changes: Parameters<typeof traceWith>[0]) =>
      requestPick(traceWith(changes), t).label;
    assert.equal(labelOf({ outcome: 'failed' }), '$(error) not served');
    assert.equal(labelOf({ outcome: 'cancelled' }), '$(circle-slash) ended by the client');
    assert.equal(
      labelOf({ outcome: 'brokeOff' }),
      '$(warning) opencode-go/kimi-k2.7-code broke off',
    );
    assert.equal(labelOf({ outcome: 'answeredHere' }), '$(check) answered by Switchyard itself');
    const facts = { ...servedTrace.facts, requestedModel: '$(zap) model' };
    assert.ok(!requestPick(traceWith({ facts }), t).detail.includes('$(zap)'));
  });
});
