import type { Logger } from '../connection/client.ts';

/** The log line of kafkajs 2.2.4 when it begins a partition anew (consumerGroup.js); it has no event for that. */
const LOST = 'Offset out of range, resetting to default offset';

export interface LostOffset {
  readonly topic: string;
  readonly partition: number;
}

/**
 * A logger for kafkajs that also calls `onLost` when Kafka had no record at the offset of the group (OFFSET_OUT_OF_RANGE):
 * retention has deleted the record, or the topic was deleted and made again. kafkajs goes on from the earliest record by itself,
 * and reports it only in a debug line.
 *
 * @param onLine called for each debug line of kafkajs: a client that looks for its brokers over and over is not stuck
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
