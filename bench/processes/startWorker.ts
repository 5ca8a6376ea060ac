// Starts the proxy's thread once in a new process and tells how long it took to listen. Parameters: the folder of the extension,
// and where compiled code is kept.
import path from 'node:path';
import { parseSettings } from '../../src/config/schema';
import { workerStarter } from '../../src/workerThread';

const [, , extensionFolder = '', storageFolder = ''] = process.argv;
const start = workerStarter({
  asAbsolutePath: (file) => path.join(extensionFolder, file),
  extension: { packageJSON: { version: 'bench' } },
  globalStorageUri: { fsPath: storageFolder },
});
const { settings } = parseSettings({});
const startedAt = performance.now();
let ms: number | undefined;
const worker = start({
  message(value) {
    if (!isListening(value)) return;
    ms = performance.now() - startedAt;
    void worker.terminate();
  },
  // Told only now: compiled code is written when the thread ends.
  ended(reason) {
    if (ms === undefined) throw new Error(`the thread ended: ${reason}`);
    process.stdout.write(`${JSON.stringify({ ms })}\n`);
  },
});
worker.post({ type: 'configure', version: 'bench', settings, keys: {}, keyOrigins: {} });
const accessToken = 'bench-access-token-0123456789abcdef';
worker.post({ type: 'listen', preferredPort: 0, exactPort: false, accessToken });

function isListening(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'listening'
  );
}
