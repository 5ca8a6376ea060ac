// axe-core inside a frame of the window: what it finds wrong, in words.
import { readFileSync } from 'node:fs';
import type { Frame } from 'playwright-core';

/** One line for each element that breaks a rule; empty when all is well. */
export async function accessibilityViolations(frame: Frame): Promise<readonly string[]> {
  // A page's policy may forbid script tags; what a debugger runs it cannot.
  await frame.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
  const found: unknown = await frame.evaluate(
    'axe.run(document).then(({ violations, passes }) => ({ passes: passes.length, violations: violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => [id, help, html, failureSummary].join(" | "))) }))',
  );
  if (typeof found !== 'object' || found === null) throw new Error('axe told nothing');
  const { passes, violations } = { passes: 0, violations: [], ...found };
  // A check that looked at nothing would find nothing.
  if (Number(passes) < fewestPasses) throw new Error(`axe checked ${passes} rules only`);
  return Array.isArray(violations) ? violations.map(String) : [];
}

const fewestPasses = 20;
