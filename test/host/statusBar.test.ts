// The status bar item, written to as a screen reader would hear it.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import type { ProxyStatus } from '../../src/proxyStatus';
import { StatusBar } from '../../src/ui/statusBar';
import { createFakeClock } from '../support/fakeClock';

describe('the status bar item', () => {
  it('is written to only where something changed', () => {
    const writes: string[] = [];
    const takeWrites = () => writes.splice(0);
    const item = vscode.window.createStatusBarItem('switchyard.test');
    const watched = new Proxy(item, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
      set(target, name, value) {
        writes.push(String(name));
        return Reflect.set(target, name, value, target);
      },
    });
    const bar = new StatusBar(watched);
    const report = { activeRequests: 0, credentials: [], targets: [], usable: true };
    const status: ProxyStatus = { state: 'running', port: 4141, report };
    bar.show(status);
    const atFirst = takeWrites();
    assert.ok(atFirst.includes('command') && atFirst.includes('text'));
    bar.show({ ...status, report: { ...report } });
    assert.deepEqual(takeWrites(), []);
    bar.show({ ...status, report: { ...report, usable: false } });
    assert.ok(takeWrites().includes('command'));
    bar.dispose();
  });

  it('counts a rest down in the tooltip, only where the words change, until the rest is over', () => {
    const clock = createFakeClock();
    const item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Left);
    const bar = new StatusBar(item, clock);
    const restsUntil = clock.now() + 100_000;
    const target = { name: 'a/b', scenarios: ['default'], state: 'resting', restsUntil } as const;
    const report = { activeRequests: 0, credentials: [], targets: [target], usable: true };
    bar.show({ state: 'running', port: 4141, report });
    const tooltips = [item.tooltip];
    for (let seconds = 0; seconds < 120; seconds += 15) {
      clock.advance(15_000);
      if (item.tooltip !== tooltips.at(-1)) tooltips.push(item.tooltip);
    }
    const words = tooltips.map((tooltip) => {
      const markdown = tooltip instanceof vscode.MarkdownString ? tooltip.value : '';
      return /rests&nbsp;for&nbsp;(\S+?)&nbsp;&nbsp;/.exec(markdown)?.[1];
    });
    assert.deepEqual(words, ['2&nbsp;min', 'less&nbsp;than&nbsp;a&nbsp;minute', undefined]);
    assert.equal(clock.pending(), 0);
    bar.show({
      state: 'running',
      port: 4141,
      report: { ...report, targets: [{ ...target, restsUntil: clock.now() + 1_000 }] },
    });
    assert.equal(clock.pending(), 1);
    bar.dispose();
    assert.equal(clock.pending(), 0);
  });
});
