import kafkajs from 'kafkajs';
import type { Kafka, LogEntry } from 'kafkajs';
import { stopIdleTimer } from './idle-timer.ts';

/** Any logger of pino's shape. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

export interface KafkaClientOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger?: Logger;
}

/**
 * kafkajs announces at its levels much that is routine here (rebalances, a broker that is not up yet, coordinators that
 * move): what is not an error goes to debug, what it tries again by itself to warn.
 */
function logCreator(logger: Logger): () => (entry: LogEntry) => void {
  const { logLevel } = kafkajs;
  return () =>
    ({ namespace, level, log: { message, timestamp: _, logger: __, ...fields } }) => {
      const entry = { ...fields, component: `kafkajs/${namespace}` };
      if (level === logLevel.ERROR) logger.warn(entry, message);
      else logger.debug(entry, message);
    };
}

/**
 * A kafkajs client that waits long for a broker at the start and is patient with one that comes back.
 *
 * @param retries how often it tries to connect before it gives up; the waits grow from 0.1 to 2 s
 */
export function createKafka({ brokers, clientId, logger = silentLogger }: KafkaClientOptions, retries = 30): Kafka {
  stopIdleTimer();
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logCreator(logger),
  });
}
