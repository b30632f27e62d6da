import type { Logger } from '../connection/client.ts';

/** What kafkajs 2.2.4 says when it begins a partition anew (consumerGroup.js); it has no event for it. */
const LOST = 'Offset out of range, resetting to default offset';

export interface LostOffset {
  readonly topic: string;
  readonly partition: number;
}

/**
 * A logger for kafkajs that also tells when Kafka had no record at the offset of the group (OFFSET_OUT_OF_RANGE): retention
 * has deleted it, or the topic is another one than before. kafkajs goes on from the earliest record by itself, and says so
 * among its routine.
 *
 * @param onLine whatever kafkajs says: a client that looks for its brokers over and over is not stuck
 */
export const tellingOfLostOffsets = (
  logger: Logger,
  onLost: (lost: LostOffset) => void,
  onLine: () => void,
): Logger => ({
  debug: (fields, message) => {
    logger.debug(fields, message);
    onLine();
    if (message === LOST) onLost(fields as LostOffset);
  },
  info: (fields, message) => logger.info(fields, message),
  warn: (fields, message) => logger.warn(fields, message),
  error: (fields, message) => logger.error(fields, message),
});
