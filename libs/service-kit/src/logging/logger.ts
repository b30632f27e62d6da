import { pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { LogOutput } from './log-output.ts';

export type Logger = PinoLogger;

/** Injection token of the service's logger. */
export const LOGGER = Symbol('signet.logger');

/** Names of fields whose values must never reach a log, at the top of an object or one or two levels down. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'secret',
  'secrets',
  'key',
  'apiKey',
  'password',
  'token',
  'sealed',
  'hash',
  '["proxy-authorization"]',
  '["set-cookie"]',
  '["x-api-key"]',
];

const below = (key: string): string => (key.startsWith('[') ? `*${key}` : `*.${key}`);
export const REDACTED_PATHS: readonly string[] = [
  ...SECRET_KEYS,
  ...SECRET_KEYS.map(below),
  ...SECRET_KEYS.map((key) => `*.${below(key)}`),
];

/**
 * A logger of JSON lines with the service's name, RFC 3339 times and level words, without secrets.
 *
 * @param destination default: stdout, through LogOutput, which never blocks the service
 */
export function pinoLogger(name: string, level = 'info', destination: DestinationStream = stdout()): Logger {
  const logger = pino(
    {
      name,
      level,
      base: {},
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...REDACTED_PATHS], censor: '[redacted]' },
    },
    destination,
  );
  if (destination === output) ofProcess ??= logger;
  return logger;
}

let output: LogOutput | undefined;
/** The first logger that writes to stdout. */
let ofProcess: Logger | undefined;

/** One for the whole process, so that its limit holds for all loggers together. */
function stdout(): LogOutput {
  return (output ??= new LogOutput(process.stdout, (dropped) =>
    ofProcess?.warn({ dropped }, 'log lines were dropped: the reader of stdout was too slow'),
  ));
}

/** The number of lines for which stdout had no room, since the start of the process. */
export const droppedLogLines = (): number => output?.dropped ?? 0;

/** To be awaited before an exit: resolves when every line is on stdout, but after a second at the latest. */
export const flushLogs = async (): Promise<void> => output?.flush(LAST_WORDS_MS);

/** Long enough for a reader that works; if the reader stands still, the process must end all the same. */
const LAST_WORDS_MS = 1_000;
