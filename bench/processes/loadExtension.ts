// Loads the extension's bundle, named by the first parameter, once in a new process, and tells the CPU time that it took.
import { createRequire } from 'node:module';

/** An extension host has loaded these long before any extension. */
const hostModules = ['child_process', 'crypto', 'fs/promises', 'net', 'worker_threads'];

const [, , bundle = ''] = process.argv;
const load = createRequire(bundle);
for (const name of hostModules) load(`node:${name}`);
const before = process.cpuUsage();
load(bundle);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ ms: (user + system) / 1000 })}\n`);
