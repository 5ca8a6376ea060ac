// Loads the extension's bundle, named by the first parameter, once in a new process, and tells how long that took.
import { createRequire } from 'node:module';

/** An extension host has loaded these long before any extension. */
const hostModules = ['child_process', 'crypto', 'fs/promises', 'net', 'worker_threads'];

const [, , bundle = ''] = process.argv;
const load = createRequire(bundle);
for (const name of hostModules) load(`node:${name}`);
// What the start of this very process left behind is not the bundle's to clear away.
globalThis.gc?.();
const startedAt = performance.now();
load(bundle);
process.stdout.write(`${JSON.stringify({ ms: performance.now() - startedAt })}\n`);
