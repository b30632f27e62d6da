import { pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { LogOutput } from './log-output.ts';

export type Logger = PinoLogger;

/** Injection token of the service's logger. */
export const LOGGER = Symbol('signet.logger');

/** What must never reach a log, wherever an object holds it: at the top, or one level down. */
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
 * JSON lines with the service's name, RFC 3339 times, level words, and secrets cut out.
 *
 * @param destination default: stdout, for which nobody waits
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

/** One for the process: what waits for the reader of stdout is counted once. */
function stdout(): LogOutput {
  return (output ??= new LogOutput(process.stdout, (dropped) =>
    ofProcess?.warn({ dropped }, 'log lines were dropped: nobody read stdout in time'),
  ));
}

/** Lines that stdout had no room for, since the start of the process. */
export const droppedLogLines = (): number => output?.dropped ?? 0;

/** Before an exit: resolves when stdout has every line, or after a second at most. */
export const flushLogs = async (): Promise<void> => output?.flush(LAST_WORDS_MS);

/** Whoever reads has time enough; where nobody reads the process must end all the same. */
const LAST_WORDS_MS = 1_000;
