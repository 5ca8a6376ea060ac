// One way to run mocha, in plain Node and inside VS Code: exact counts instead of parsed text.
import { format } from 'node:util';
import Mocha from 'mocha';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface MochaRunOptions {
  readonly files: readonly string[];
  readonly timeoutMs: number;
  /** Takes each line of the report; standard output by default. */
  readonly say?: (line: string) => void;
}

/** Runs the files one after another and resolves with the counts; `TEST_GREP` narrows the choice by title. */
export function runMocha(options: MochaRunOptions): Promise<Counts> {
  const say = options.say ?? ((line: string) => process.stdout.write(`${line}\n`));
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => say(format(...parts));
  const grep = process.env['TEST_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    reporter: 'spec',
    color: false,
    // One forgotten `.only` would make a run of one test look whole.
    forbidOnly: process.env['CI'] !== undefined,
    timeout: options.timeoutMs,
    ...(grep === undefined || grep === '' ? {} : { grep }),
  });
  for (const file of options.files) mocha.addFile(file);
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const stats = runner.stats;
      resolve({
        passed: stats?.passes ?? 0,
        failed: stats?.failures ?? 1,
        skipped: stats?.pending ?? 0,
      });
    });
  });
}

/** Reads counts that came from another process. */
export function readCounts(value: unknown): Counts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('passed' in value && 'failed' in value && 'skipped' in value)) return undefined;
  const { passed, failed, skipped } = value;
  if (typeof passed !== 'number' || typeof failed !== 'number' || typeof skipped !== 'number') {
    return undefined;
  }
  return { passed, failed, skipped };
}
