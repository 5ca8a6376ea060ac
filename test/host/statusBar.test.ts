// The status bar item, written to as a screen reader would hear it.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import type { ProxyStatus } from '../../src/proxyStatus';
import { StatusBar } from '../../src/ui/statusBar';

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
});
