// Runs test files in a process of their own and hands the counts to its parent.
// Usage: node --require tsx/cjs scripts/runMocha.ts TIMEOUT_MS FILE…
import { runMocha } from '../test/support/mochaRun';

async function main(): Promise<void> {
  const [timeoutMs, ...files] = process.argv.slice(2);
  const counts = await runMocha({ files, timeoutMs: Number(timeoutMs) });
  process.exitCode = counts.failed === 0 ? 0 : 1;
  // A test that leaves a server or timer open must not hold up the whole run.
  const leave = (): void => process.exit();
  if (process.send === undefined) leave();
  else process.send(counts, leave);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
