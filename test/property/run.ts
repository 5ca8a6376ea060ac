import * as fc from 'fast-check';

let played = 0;

/** Cases of all properties so far. */
export function casesPlayed(): number {
  return played;
}

/**
 * Checks a property over many random cases and prints the seed, so that a failure can be played again with
 * `PROPERTY_SEED=… `.
 */
export async function holds<Case>(
  numRuns: number,
  cases: fc.Arbitrary<Case>,
  check: (one: Case) => Promise<void>,
): Promise<void> {
  const given = Number(process.env['PROPERTY_SEED'] ?? Number.NaN);
  const seed = Number.isNaN(given) ? Math.floor(Math.random() * 2 ** 31) : given;
  console.log(`      ${numRuns} cases, seed ${seed}`);
  const property = fc.asyncProperty(cases, async (one) => {
    played += 1;
    await check(one);
  });
  await fc.assert(property, { numRuns, seed, endOnFailure: false });
}
