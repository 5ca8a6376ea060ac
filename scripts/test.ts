// `npm test [stage…]`: runs every stage, or those named, and ends with one plain line of counts.
import type { Counts } from '../test/support/mochaRun';
import { add, STAGES, type Stage } from './stages';

async function main(): Promise<void> {
  const stages = chosenStages(process.argv.slice(2));
  const results: { readonly stage: Stage; readonly counts: Counts; readonly seconds: string }[] =
    [];
  let isBuildBroken = false;
  for (const stage of stages) {
    console.log(`\n=== ${stage.name}`);
    const startedAt = Date.now();
    const counts: Counts =
      isBuildBroken && stage.needsBuild === true
        ? notRun('not run: the build failed')
        : await attempt(stage);
    if (stage.name === 'build') isBuildBroken = counts.failed > 0;
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    results.push({ stage, counts, seconds });
    console.log(`--- ${stage.name}: ${inWords(counts)} in ${seconds} s`);
  }
  const sum = results.map((result) => result.counts).reduce(add);
  console.log('\n=== all stages');
  for (const { stage, counts, seconds } of results) {
    console.log(`${stage.name.padEnd(9)} ${inWords(counts)} in ${seconds} s`);
  }
  // The plain closing line that continuous integration reads.
  console.log(inWords(sum));
  process.exitCode = sum.failed === 0 ? 0 : 1;
}

function chosenStages(names: readonly string[]): readonly Stage[] {
  if (names.length === 0) return STAGES;
  const unknown = names.filter((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    const known = STAGES.map((stage) => stage.name).join(', ');
    throw new Error(`There is no stage “${unknown.join('”, “')}”; the stages are ${known}.`);
  }
  return STAGES.filter((stage) => names.includes(stage.name));
}

/** A stage that breaks off counts as one failure, and the others go on. */
async function attempt(stage: Stage): Promise<Counts> {
  try {
    return await stage.run();
  } catch (error: unknown) {
    return notRun(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

function notRun(why: string): Counts {
  console.error(why);
  return { passed: 0, failed: 1, skipped: 0 };
}

function inWords(counts: Counts): string {
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
