/** Does one part of a run, and says on standard error what it is and how long it took. */
export async function timed<Result>(what: string, part: () => Promise<Result>): Promise<Result> {
  process.stderr.write(`  ${what} …`);
  const startedAt = performance.now();
  const result = await part();
  process.stderr.write(` ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  return result;
}
