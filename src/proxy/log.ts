import type { LogLevel } from './protocol';

/** Where log lines go. Lines at `info` and above hold no content, no key and no token. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A logger that blanks out secrets in every line before it leaves. */
export function createLogger(
  write: (level: LogLevel, message: string) => void,
  redact: (text: string) => string,
): Logger {
  const line = (level: LogLevel) => (message: string) => write(level, redact(message));
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
