import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { version } from '../../package.json';
import { type AllSettings, parseSettings } from '../config/schema';
import { reaches } from './log';
import { render } from './phrase';
import { type LogLevel, logLevels } from './protocol';
import { mergeProviders } from './providers';
import { createProxy, type SwitchyardProxy } from './proxy';
import type { ApiKeys, ProxySettings } from './types';
import { isObject } from './wire/json';

/**
 * Entry without VS Code: `node standalone.js --settings FILE [--port N] [--log-level LEVEL] [--storage FOLDER]`. Prints
 * `{"url":…,"token":…}` on stdout once it listens, logs to stderr, drains on SIGTERM and SIGINT.
 */
async function main(): Promise<void> {
  const options = readOptions();
  const settings = readSettings(options.settingsFile);
  const proxy = createProxy({
    write: (level, message) =>
      process.stderr.write(`${new Date().toISOString()} [${level}] ${message}\n`),
    isShown: (level) => reaches(level, options.logLevel),
    onNotice: ({ message }) =>
      process.stderr.write(`${new Date().toISOString()} [notice] ${render(message)}\n`),
  });
  const { storageFolder } = options;
  proxy.configure({ version, settings, keys: readKeys(settings), storageFolder });
  const token = randomBytes(32).toString('base64url');
  const port = await listen(proxy, options.port ?? settings.port, token);
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, token })}\n`);
  let isStopping = false;
  const stop = () => {
    // A second signal means now.
    if (isStopping) process.exit(1);
    isStopping = true;
    void proxy.close(drainMs).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function listen(proxy: SwitchyardProxy, port: number, token: string): Promise<number> {
  try {
    return await proxy.listen(port, token);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot listen on port ${port}: ${why}. Give another one with --port.`);
  }
}

const drainMs = 60_000;

interface Options {
  readonly settingsFile: string;
  /** Wins over the settings'. */
  readonly port: number | undefined;
  readonly logLevel: LogLevel;
  /** Where the refreshed model catalogue is kept; without it nothing is refreshed. */
  readonly storageFolder: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      settings: { type: 'string' },
      port: { type: 'string' },
      'log-level': { type: 'string', default: 'info' },
      storage: { type: 'string' },
    },
  });
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new UsageError(`--port ${values.port} is no port: give a number from 0 to 65535`);
  }
  const logLevel = logLevels.find((level) => level === values['log-level']);
  if (logLevel === undefined) {
    throw new UsageError(`--log-level ${values['log-level']} is none of ${logLevels.join(', ')}`);
  }
  if (values.settings === undefined) throw new UsageError('--settings FILE is missing');
  const { settings: settingsFile, storage: storageFolder } = values;
  return { settingsFile, port, logLevel, storageFolder };
}

class UsageError extends Error {}

function readSettings(file: string): AllSettings {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the settings file ${file} cannot be read: ${why}`);
  }
  if (!isObject(raw)) throw new UsageError(`the settings file ${file} holds no JSON object`);
  const { settings, problems } = parseSettings(raw);
  if (problems.length > 0) {
    // Nobody is there to see a warning: a headless machine must not run with other settings than it was given.
    throw new UsageError(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  }
  return settings;
}

/** `SWITCHYARD_API_KEY_<CREDENTIAL>`: upper case, everything but letters and digits as `_`. */
function readKeys(settings: ProxySettings): ApiKeys {
  const keys: Record<string, string> = {};
  const providers = [...mergeProviders(settings.providers).values()];
  for (const credential of new Set(providers.flatMap(({ credentials }) => credentials))) {
    const name = `SWITCHYARD_API_KEY_${credential.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
    const value = process.env[name]?.trim();
    if (value === undefined || value === '') continue;
    // Anything else cannot stand in a header.
    if (!/^[\x21-\x7e]+$/.test(value))
      throw new UsageError(`${name} holds characters that no key has`);
    keys[credential] = value;
  }
  return keys;
}

main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  const text =
    error instanceof Error ? ((isUsage ? undefined : error.stack) ?? error.message) : String(error);
  process.stderr.write(`switchyard: ${text}\n`);
  process.exit(isUsage ? 2 : 1);
});
