import assert from 'node:assert/strict';
import { formats } from './answers';
import { type Bench, startBench } from './bench';
import { bodyFaults } from './bodies';
import { cuts } from './cuts';
import { formFaults } from './forms';
import { gapFaults } from './gaps';
import { insertionFaults } from './insertions';
import { refusalFaults } from './refusals';
import { repetitionFaults } from './repetitions';
import { supplierFaults } from './suppliers';
import { toolInputFaults } from './toolInputs';

const faults = [
  ...cuts,
  ...insertionFaults,
  ...repetitionFaults,
  ...formFaults,
  ...gapFaults,
  ...bodyFaults,
  ...toolInputFaults,
  ...refusalFaults,
  ...supplierFaults,
];

const chains = ['A, B, C', 'A alone', 'A with two keys'] as const;

/** Time stands still for the proxy: what has not ended after this long, on any machine, hangs. */
const hangsAfterMs = 10_000;

async function inTime(playing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const alarm = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the request hangs')), hangsAfterMs);
  });
  try {
    await Promise.race([playing, alarm]);
  } finally {
    clearTimeout(timer);
  }
}

/** A group of many combinations on a busy machine. */
const groupTimeoutMs = 60_000;

describe('faults', () => {
  let bench: Bench;
  let played = 0;
  before(async () => {
    bench = await startBench();
  });
  after(async () => {
    await bench.close();
  });

  for (const fault of faults) {
    describe(fault.name, () => {
      for (const format of fault.formats ?? formats) {
        for (const isStream of [true, false]) {
          const client = isStream ? 'a client that streams' : 'a client that wants the whole';
          it(`from ${format} reaches ${client} as the model says`, async () => {
            const wrong: string[] = [];
            for (const combination of fault.combinations(format, isStream)) {
              for (const chain of chains) {
                played += 1;
                const round = { format, isStream, chain };
                try {
                  await inTime(bench.play(combination, round));
                } catch (error) {
                  const why = error instanceof Error ? error.message : String(error);
                  wrong.push(`${combination.place}, chain ${chain}: ${why}`);
                }
              }
            }
            assert.ok(wrong.length === 0, `${wrong.length} wrong:\n${wrong.join('\n')}`);
          }).timeout(groupTimeoutMs);
        }
      }
    });
  }

  // In a group of its own: mocha runs the tests of a group before the groups inside it.
  describe('all together', () => {
    it('are at least a thousand combinations', () => {
      console.log(`      ${played} combinations were played`);
      assert.ok(played >= 1_000 || process.env['TEST_GREP'] !== undefined);
    });

    it('leave no upstream socket open behind the proxy', async () => {
      assert.equal(await bench.closeProxy(), 0);
    });
  });
});
