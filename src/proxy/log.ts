import { type LogLevel, type LogThreshold, logLevels } from './protocol';

/** Where log lines go. Lines at `info` and above hold no content, no key and no token. */
export interface Logger {
  /** `line` is called only where the line is shown. */
  debug(line: () => string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** For what is gathered for a line long before it is written. */
  showsDebug(): boolean;
}

export interface LogOutput {
  readonly write: (level: LogLevel, message: string) => void;
  /** Asked before each line: what nobody sees is neither made nor written. Default: everything is shown. */
  readonly isShown?: (level: LogLevel) => boolean;
}

/** A logger that blanks out secrets in every line before it leaves. */
export function createLogger(output: LogOutput, redact: (text: string) => string): Logger {
  const { write, isShown = () => true } = output;
  const line = (level: LogLevel) => (message: string) => {
    if (isShown(level)) write(level, redact(message));
  };
  return {
    debug(make) {
      if (isShown('debug')) write('debug', redact(make()));
    },
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    showsDebug: () => isShown('debug'),
  };
}

/** Whether lines of `level` are shown where those from `threshold` on are. */
export function reaches(level: LogLevel, threshold: LogThreshold): boolean {
  return threshold !== 'off' && logLevels.indexOf(level) >= logLevels.indexOf(threshold);
}
