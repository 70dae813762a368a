import { createRequire } from 'node:module';
import pino, { type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './log-level.js';

/**
 * The log of a process: lines for people on a terminal, JSON lines otherwise, on standard error (standard output belongs to
 * what a command answers). A library that logs gets a `child` of the same logger, so one level governs all output.
 */
export type { Logger };

export interface LogOptions {
  /** of the process, in every line: `event-bus`, `accounts` */
  readonly name: string;
  /** `off` = nothing at all */
  readonly level: LogLevel;
  /** where the lines go; standard error if absent */
  readonly destination?: DestinationStream;
  /** lines for people; if absent, only when standard error is a terminal and no destination is given */
  readonly pretty?: boolean;
}

export function createLogger({ name, level, destination, pretty }: LogOptions): Logger {
  const forPeople = pretty ?? (destination === undefined && process.stderr.isTTY === true);
  const lines = destination ?? standardError();
  return pino(
    {
      level: level === 'off' ? 'silent' : level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
    },
    forPeople ? prettyLines(lines, destination === undefined) : lines,
  );
}

/** Says nothing; for tests, and for owners who were given no logger. */
export const silentLogger: Logger = pino({ level: 'silent' });

/** Synchronous: the last line before an exit is not lost. */
function standardError(): DestinationStream {
  return pino.destination({ fd: process.stderr.fd, sync: true });
}

/** Loaded only when it is wanted: a process that writes JSON lines does without. */
function prettyLines(lines: DestinationStream, colorize: boolean): DestinationStream {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty');
  const pretty = prettyFactory({ colorize, ignore: 'pid,name', translateTime: 'SYS:HH:MM:ss.l' });
  return { write: (line) => lines.write(pretty(line)) };
}
