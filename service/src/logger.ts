import { pino } from 'pino';
import { systemErrorCode } from './errors.js';

/** Fields first, then a constant message: the fields carry the data, so that lines can be searched by message. */
export type LogFunction = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** The part of a logger that our code uses. */
export interface Logger {
  readonly debug: LogFunction;
  readonly info: LogFunction;
  readonly warn: LogFunction;
  readonly error: LogFunction;
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where the lines go. A file descriptor, or anything with `write`, as a test needs it. */
export type LogDestination = number | { write(line: string): void };

/** Exit code of a process whose reader of stdout is gone, as a shell shows it for one that SIGPIPE ended. */
export const outputClosedExitCode = 141;

/**
 * JSON lines on stdout, one `write` per line: a line is never lost in a buffer when the process is killed, and a
 * reader that stops reading stops the service rather than losing its record of decisions. When the reader is gone, the
 * process ends with {@link outputClosedExitCode}.
 */
export function createLogger(
  level: LogLevel,
  fields: Readonly<Record<string, unknown>> = {},
  destination: LogDestination = 1,
): Logger {
  const stream = typeof destination === 'number' ? openStream(destination) : destination;
  return pino(
    {
      level,
      base: fields,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}

function openStream(descriptor: number): { write(line: string): void } {
  const stream = pino.destination({ dest: descriptor, sync: true });
  // The library's own way is to drop every further line.
  stream.on('error', (error: unknown) => {
    if (systemErrorCode(error) === 'EPIPE') process.exit(outputClosedExitCode);
  });
  return stream;
}

/** A logger for code that is used without one, such as a library call of the CLI. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // nothing to do: the caller wants no log
}
