import { destination as destinationOf, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';

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

/** JSON lines on stdout with the service's name, RFC 3339 times, level words, and secrets cut out. */
export const pinoLogger = (name: string, level = 'info', destination?: DestinationStream): Logger =>
  pino(
    {
      name,
      level,
      base: {},
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...REDACTED_PATHS], censor: '[redacted]' },
    },
    destination ?? destinationOf({ dest: 1, sync: true }),
  );
