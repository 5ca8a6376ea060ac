// Builds dist/: the thin extension, what it loads on demand, the worker that holds the proxy, and the standalone proxy.
import { copyFile } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * undici carries its HTTP parser twice, 72 kB each: with SIMD instructions and, for machines without them, plain. It takes
 * the plain one wherever the other cannot be compiled; only that one is bundled. Headers are too small to tell them apart.
 */
const onePlainParser = {
  name: 'one-plain-parser',
  setup(builder) {
    builder.onLoad({ filter: /llhttp_simd-wasm\.js$/ }, () => ({
      contents: 'module.exports = Buffer.alloc(0);',
    }));
  },
};

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
  plugins: [onePlainParser],
};

await Promise.all([
  build({
    ...shared,
    entryPoints: { extension: 'src/extension.ts' },
    // Loaded at its first use; as all else by “require”, which is what VS Code hooks into.
    external: ['vscode', './diagnosis'],
    supported: { 'dynamic-import': false },
  }),
  build({
    ...shared,
    entryPoints: { diagnosis: 'src/diagnosis.ts' },
    external: ['vscode'],
    // jsonc-parser's other form finds its own parts only at run time.
    mainFields: ['module', 'main'],
  }),
  build({ ...shared, entryPoints: { proxy: 'src/proxy/worker.ts' } }),
  // Node 20 is the oldest that headless machines still run.
  build({ ...shared, target: 'node20', entryPoints: { standalone: 'src/proxy/standalone.ts' } }),
]);

// Data, and read at its first use: outside of the bundles it costs their start nothing.
await copyFile('src/proxy/catalogue.json', 'dist/catalogue.json');
