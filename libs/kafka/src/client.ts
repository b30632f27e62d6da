import kafkajs from 'kafkajs';
import type { Kafka, LogEntry } from 'kafkajs';
import { registerCodecs } from './compression.ts';
import { fetchInSessions } from './fetch-in-sessions.ts';
import { kafkajsSecurity } from './kafka-security.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import { stopIdleTimer } from './idle-timer.ts';
import { keepMonotonicTimes } from './kafkajs-patches/monotonic-times.ts';

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
  /** Undefined: neither encrypted nor authenticated. */
  readonly security?: KafkaSecurity | undefined;
  readonly logger?: Logger;
}

/**
 * What kafkajs announces is routine here, errors included: rebalances, a broker that is not up yet, coordinators that
 * move. What it cannot mend by itself reaches the caller, who logs it.
 */
const logCreator =
  (logger: Logger) =>
  () =>
  ({ namespace, log: { message, timestamp: _, logger: __, ...fields } }: LogEntry): void =>
    logger.debug({ ...fields, component: `kafkajs/${namespace}` }, message);

/**
 * A kafkajs client that waits long for a broker at the start and is patient with one that comes back.
 *
 * @param retries how often it tries to connect before it gives up; the waits grow from 0.1 to 2 s
 */
export function createKafka(client: KafkaClientOptions, retries = 30): Kafka {
  const { brokers, clientId, security = {}, logger = silentLogger } = client;
  stopIdleTimer();
  keepMonotonicTimes();
  registerCodecs();
  fetchInSessions();
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...kafkajsSecurity(security),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logCreator(logger),
  });
}
