import type { Logger } from '../../src/proxy/log';

const ignore = (): void => undefined;

/** For what is not about the log. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  showsDebug: () => false,
};
