import { strict as assert } from 'node:assert';
import { phrase } from '../../../src/proxy/phrase';
import type { TargetReport } from '../../../src/proxy/protocol';
import type { ProxyStatus } from '../../../src/proxyStatus';
import { commands } from '../../../src/ui/commands';
import { escapeMarkdown } from '../../../src/ui/markdown';
import {
  alignColumns,
  statusText,
  tooltipCommands,
  tooltipMarkdown,
} from '../../../src/ui/reportText';
import { plainTranslate as t } from './plainTranslate';

function running(targets: readonly TargetReport[]): ProxyStatus {
  const credential = { credential: 'opencode', providerId: 'opencode-go', label: 'OpenCode' };
  return {
    state: 'running',
    port: 4141,
    report: {
      activeRequests: 1,
      credentials: [{ ...credential, state: 'accepted' }],
      targets,
      usable: true,
    },
  };
}

const now = Date.UTC(2026, 10, 22, 12);

const serving: TargetReport = {
  name: 'opencode-go/glm',
  scenarios: ['default', 'think'],
  state: 'serving',
  lastTtftMs: 1_234,
};

describe('tooltipMarkdown', () => {
  it('has nothing behind an icon that would break into a line of its own', () => {
    const markdown = tooltipMarkdown(running([serving]), t, { now });
    assert.match(markdown, /\| \$\(pass\) \| /);
  });

  it('has a row for each model with state, latency and last failure', () => {
    const failed: TargetReport = {
      name: 'opencode-go/kimi',
      scenarios: ['default'],
      state: 'resting',
      lastFailure: phrase('Overloaded. Tried again later.'),
    };
    const lines = unescaped(tooltipMarkdown(running([serving, failed]), t, { now })).split('\n');
    assert.ok(lines.includes('|  | Model | State | First token | Last failure |'));
    assert.ok(lines.includes('| $(pass) | opencode-go/glm | serving | 1.2 s | - |'));
    assert.ok(lines.includes('| $(clock) | opencode-go/kimi | resting | - | Overloaded. |'));
  });

  it('tells what was used today in a line of its own, as text', () => {
    const lines = tooltipMarkdown(running([serving]), t, {
      now,
      today: 'Today: 3 requests, $(zap)',
    }).split('\n');
    assert.ok(unescaped(lines.join('\n')).includes('$(graph) Today: 3 requests'));
    assert.ok(!lines.some((line) => line.includes('$(zap)')));
  });

  it('tells a failure that several models share once', () => {
    const failed: TargetReport = {
      ...serving,
      state: 'resting',
      lastFailure: phrase('Key rejected.'),
    };
    const lines = unescaped(tooltipMarkdown(running([failed, failed]), t, { now })).split('\n');
    assert.equal(lines.filter((line) => line.includes('Key rejected.')).length, 1);
    assert.equal(lines.filter((line) => line.includes('as above')).length, 1);
  });

  it('tells for how long a model rests, in minutes, and never of a rest that is over', () => {
    const rests = [45_000, 61_000, 2 * 3_600_000, -1].map(
      (restMs, index): TargetReport => ({
        name: `opencode-go/m${index}`,
        scenarios: ['default'],
        state: 'resting',
        restsUntil: now + restMs,
      }),
    );
    const text = unescaped(tooltipMarkdown(running(rests), t, { now }));
    const states = [...text.matchAll(/\$\(clock\) \| \S+ \| ([^|]+) \|/g)].map((match) => match[1]);
    assert.deepEqual(states.slice(0, 3), [
      'rests for less than a minute',
      'rests for 2 min',
      'rests for 2 h',
    ]);
    assert.match(states[3] ?? '', /^resting until /);
  });

  it('leads with the menu', () => {
    assert.match(
      tooltipMarkdown({ state: 'stopped' }, t, { now }),
      /\n\n\[Menu\]\(command:switchyard\.showMenu\)/,
    );
  });

  it('lets no foreign text make links, icons, HTML, rows or emphasis', () => {
    const nasty = '](command:evil) [x](https://e.vil) $(zap) <b> | **a** `c`\n| new | row |';
    const markdown = tooltipMarkdown(
      running([{ ...serving, lastFailure: phrase('{0}', nasty) }]),
      t,
      { now },
    );
    const row = markdown.split('\n').find((line) => line.includes('glm')) ?? '';
    assert.equal(row.match(/\|/g)?.length, 6);
    assert.doesNotMatch(row.replace('$(pass)', ''), /[[\]<>`*]|\$\(|command:|https:/);
    assert.equal(markdown.split('\n').filter((line) => line.startsWith('|')).length, 3);
  });

  it('links only commands that exist and that the item may run', () => {
    for (const status of [running([serving]), { state: 'stopped' } as const]) {
      const linked = [...tooltipMarkdown(status, t, { now }).matchAll(/\(command:([\w.]+)\)/g)];
      assert.ok(linked.length >= 4);
      for (const [, id = ''] of linked) {
        assert.ok(
          tooltipCommands.some((command) => command === id),
          id,
        );
        assert.ok(
          commands.some((command) => command.id === id),
          id,
        );
      }
    }
  });

  it('stays within a screen', () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ ...serving, name: `a/m${index}` }));
    const markdown = tooltipMarkdown(running(many), t, { now });
    assert.ok(markdown.split('\n').length < 40);
    assert.match(markdown, /and 36 more/);
  });
});

describe('escapeMarkdown', () => {
  it('leaves letters, digits and spaces', () => {
    assert.equal(escapeMarkdown('glm 5 ü'), 'glm 5 ü');
  });
});

describe('statusText', () => {
  it('is an aligned table, each model on a line', () => {
    const second: TargetReport = {
      name: 'a/b',
      scenarios: [],
      state: 'unused',
      lastFailure: phrase('x\ny'),
    };
    const lines = statusText(running([serving, second]), t).split('\n');
    const column = lines.find((line) => line.startsWith('MODEL'))?.indexOf('STATE');
    assert.equal(
      lines.find((line) => line.startsWith('opencode-go/glm'))?.indexOf('serving'),
      column,
    );
    assert.equal(lines.find((line) => line.startsWith('a/b'))?.indexOf('not used yet'), column);
    assert.ok(lines.some((line) => line.endsWith('x y')));
    assert.ok(lines.includes('OpenCode (opencode): API key accepted'));
  });

  it('is one sentence while nothing runs', () => {
    assert.equal(statusText({ state: 'stopped' }, t), 'The proxy is stopped.');
  });
});

describe('alignColumns', () => {
  it('pads all but the last column', () => {
    assert.deepEqual(
      alignColumns([
        ['a', 'b'],
        ['long', 'c'],
      ]),
      ['a     b', 'long  c'],
    );
  });
});

function unescaped(markdown: string): string {
  return markdown
    .replaceAll('&nbsp;&nbsp; |', ' |')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&#8209;', '-')
    .replace(/&#(\d+);/g, (_whole, code: string) => String.fromCharCode(Number(code)));
}
