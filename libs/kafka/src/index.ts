export { createAcls } from './acls.ts';
export type { Acl } from './acls.ts';
export { KafkaBatchServer } from './batch-server.ts';
export type { KafkaBatchServerOptions } from './batch-server.ts';
export { silentLogger } from './client.ts';
export type { KafkaClientOptions, Logger } from './client.ts';
export { CompactedTopic } from './compacted-topic.ts';
export type { CompactedTopicOptions } from './compacted-topic.ts';
export { DEAD_LETTER, DeadLetters } from './dead-letters.ts';
export type { DeadLetter } from './dead-letters.ts';
export { RecordTooLargeError, RetryableError, isRetryable } from './errors.ts';
export { GroupLags } from './group-lags.ts';
export type { GroupLag } from './group-lags.ts';
export { OnRecords } from './handler.decorator.ts';
export { HeartbeatAge } from './heartbeat-age.ts';
export { KafkaNames, LONGEST_PREFIX } from './prefix/names.ts';
export { PUT_BACK, putBackRecord, readDeadLetter } from './put-back.ts';
export type { Mending, PutBackOptions, ReadDeadLetter } from './put-back.ts';
export { RecordProducer } from './producer.ts';
export type { RecordProducerOptions } from './producer.ts';
export type { BatchHandler, HeaderValue, KafkaRecord, OutgoingRecord, RecordBatch, SetAsideReason } from './record.ts';
export { PresentTopicsServer } from './present-topics-server.ts';
export type { PresentTopicsServerOptions } from './present-topics-server.ts';
export type { Assignment } from './sticky-assignment.ts';
export { readMarks, readWholeTopic } from './table-marks.ts';
export type { ReadMarksOptions } from './table-marks.ts';
export { rangesBetween, rangesOfSpans, readRanges } from './topic-ranges.ts';
export type { PartitionRange, ReadRangesOptions, TopicSpan } from './topic-ranges.ts';
export { NotOnKafkaError, readSince, recordsAt, requireTopic } from './topic-records.ts';
export type { RecordPlace } from './topic-records.ts';
export {
  advertisedBrokers,
  committedOffsets,
  consumerGroups,
  deleteTopics,
  ensureTopics,
  listTopics,
  removeRecords,
  topicBounds,
  topicEnds,
} from './topics.ts';
export { setTopicConfig, topicSettings } from './topic-settings.ts';
export type { SeenTopics, TopicSettings } from './topic-settings.ts';
export { Watermark } from './watermark.ts';
export { SASL_MECHANISMS } from './kafka-security.ts';
export type { KafkaSasl, KafkaSecurity, KafkaTls } from './kafka-security.ts';
