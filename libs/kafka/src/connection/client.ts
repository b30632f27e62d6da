import kafkajs from 'kafkajs';
import type { LogEntry } from 'kafkajs';
import { registerCodecs } from '../producing/compression.ts';
import { fetchInSessions } from '../consuming/fetch-in-sessions.ts';
import { fetchPatiently } from '../consuming/patient-fetch.ts';
import { kafkajsSecurity } from './kafka-security.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import { stopIdleTimer } from './idle-timer.ts';
import { stayClosed } from '../kafkajs-patches/closed-stays-closed.ts';
import { keepMonotonicTimes } from '../kafkajs-patches/monotonic-times.ts';
import { KafkaNames } from '../prefix/names.ts';
import { prefixedKafka } from '../prefix/prefixed-kafka.ts';
import type { NamedKafka } from '../prefix/prefixed-kafka.ts';

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
  /** Without the prefix. */
  readonly clientId: string;
  /** Goes before the names of Signet's own topics, of groups and of the client; undefined or empty: nothing does. */
  readonly prefix?: string | undefined;
  /** Undefined: neither encrypted nor authenticated. */
  readonly security?: KafkaSecurity | undefined;
  readonly logger?: Logger;
}

/**
 * All log lines of kafkajs become debug lines, errors included: rebalances, a broker that is not up yet and coordinators that
 * move are routine. An error that kafkajs cannot mend by itself is thrown to the caller, who logs it.
 */
const logCreator =
  (logger: Logger, { topicOf }: KafkaNames) =>
  () =>
  ({ namespace, log: { message, timestamp: _, logger: __, ...fields } }: LogEntry): void => {
    const topic: unknown = fields['topic'];
    const named = typeof topic === 'string' ? { topic: topicOf(topic) ?? topic } : {};
    logger.debug({ ...fields, ...named, component: `kafkajs/${namespace}` }, message);
  };

/**
 * A kafkajs client that waits long for a broker at the start, and for a broker that was away. Its callers use names without the prefix.
 *
 * @param retries how often it tries to connect before it gives up; the waits grow from 0.1 to 2 s
 */
export function createKafka(client: KafkaClientOptions, retries = 30): NamedKafka {
  const { brokers, clientId, prefix, security = {}, logger = silentLogger } = client;
  const names = new KafkaNames(prefix);
  stopIdleTimer();
  keepMonotonicTimes();
  stayClosed();
  registerCodecs();
  fetchInSessions();
  fetchPatiently();
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId: names.group(clientId),
    ...kafkajsSecurity(security),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries },
    logLevel: kafkajs.logLevel.INFO,
    logCreator: logCreator(logger, names),
  });
  return prefixedKafka(kafka, names);
}
