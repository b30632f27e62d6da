import { retry } from '@signet/async';
import type { Logger } from '../connection/client.ts';
import type { KafkaConsumer } from '../prefix/prefixed-consumer.ts';

export interface ConnectingOptions {
  readonly topics: readonly (string | RegExp)[];
  readonly groupId: string;
  /** Tries no more. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly pauseMs?: number;
}

/**
 * Connects a consumer and subscribes it, however long Kafka is away: kafkajs alone gives up after a minute, and to restart the
 * process would not bring Kafka back.
 *
 * @throws the error with which Kafka refuses it; when the signal is aborted, the failure of the try under way or the signal's reason
 */
export async function consumerConnects(
  consumer: Pick<KafkaConsumer, 'connect' | 'subscribe'>,
  { topics, groupId, signal, logger, pauseMs = 500 }: ConnectingOptions,
): Promise<void> {
  const connect = async (): Promise<void> => {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  };
  const onFailure = (error: unknown): void => {
    if (signal.aborted || !isPassing(error)) throw error;
    logger.warn({ err: error, group: groupId }, 'waiting for Kafka');
  };
  const backoff = { firstMs: pauseMs, longestMs: pauseMs };
  if (!(await retry(connect, { backoff, signal, onFailure }))) signal.throwIfAborted();
}

/** A broker that is away may come back at any time. A wrong password is final, and the caller decides about a missing topic. */
function isPassing(error: unknown): boolean {
  const { name, type, retriable, cause } = (error ?? {}) as Record<'name' | 'type' | 'retriable' | 'cause', unknown>;
  if (name === 'KafkaJSSASLAuthenticationError' || type === 'UNKNOWN_TOPIC_OR_PARTITION') return false;
  return retriable === true || (cause !== undefined && cause !== error && isPassing(cause));
}
