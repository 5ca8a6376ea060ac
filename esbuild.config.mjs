// Builds dist/: the thin extension, what it loads on demand, the worker that holds the proxy, the standalone proxy, and the
// dashboard's page.
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { thirdPartyNotices } from './scripts/thirdPartyNotices.mjs';

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

/** What is imported as a promise is a bundle of its own, beside the one that asks for it, and loaded when it is needed. */
const bundledApart = {
  name: 'bundled-apart',
  setup(builder) {
    builder.onResolve({ filter: /^\./ }, ({ kind, path: specifier }) =>
      kind === 'dynamic-import'
        ? { path: `./${path.basename(specifier)}.js`, external: true }
        : undefined,
    );
  },
};

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  minify: true,
  // As a `require`: VS Code gives its API to nothing else.
  supported: { 'dynamic-import': false },
  sourcemap: false,
  metafile: true,
  legalComments: 'none',
  outdir: 'dist',
  logLevel: 'warning',
  plugins: [onePlainParser, bundledApart],
};

const results = await Promise.all([
  build({
    ...shared,
    entryPoints: { extension: 'src/extension.ts', chatSurface: 'src/lm/chatSurface.ts' },
    external: ['vscode'],
  }),
  build({
    ...shared,
    entryPoints: { guide: 'src/guide.ts', dashboardTab: 'src/dashboard/dashboardTab.ts' },
    external: ['vscode'],
  }),
  build({
    ...shared,
    entryPoints: { diagnosis: 'src/diagnosis.ts' },
    external: ['vscode'],
    // jsonc-parser's other form finds its own parts only at run time.
    mainFields: ['module', 'main'],
  }),
  build({ ...shared, entryPoints: { proxy: 'src/proxy/worker.ts' } }),
  build({
    ...shared,
    platform: 'browser',
    target: 'es2023',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: [
      { in: 'src/dashboard/webview/main.tsx', out: 'dashboard' },
      { in: 'src/dashboard/webview/dashboard.css', out: 'dashboard' },
    ],
  }),
  // Node 20 is the oldest that headless machines still run.
  build({ ...shared, target: 'node20', entryPoints: { standalone: 'src/proxy/standalone.ts' } }),
]);

// Data, and read at its first use: outside of the bundles it costs their start nothing.
await copyFile('src/proxy/catalogue.json', 'dist/catalogue.json');

await writeFile(
  'dist/THIRD_PARTY_NOTICES.txt',
  thirdPartyNotices(results.map(({ metafile }) => metafile)),
);
