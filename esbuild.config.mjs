// Builds dist/: the thin extension, the worker that holds the proxy, and the standalone proxy.
import { build } from 'esbuild';

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  outdir: 'dist',
  logLevel: 'warning',
};

await Promise.all([
  build({ ...shared, entryPoints: { extension: 'src/extension.ts' }, external: ['vscode'] }),
  build({ ...shared, entryPoints: { proxy: 'src/proxy/worker.ts' } }),
  // Node 20 is the oldest that headless machines still run.
  build({ ...shared, target: 'node20', entryPoints: { standalone: 'src/proxy/standalone.ts' } }),
]);
