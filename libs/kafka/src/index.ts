export { createAcls } from './topics/acls.ts';
export type { Acl } from './topics/acls.ts';
export { KafkaBatchServer } from './consuming/batch-server.ts';
export type { KafkaBatchServerOptions } from './consuming/batch-server.ts';
export { silentLogger } from './connection/client.ts';
export { kafkaRequests, REQUEST_KINDS } from './connection/request-counts.ts';
export type { RequestKind } from './connection/request-counts.ts';
export type { KafkaClientOptions, Logger } from './connection/client.ts';
export { CompactedTopic } from './reading/compacted-topic.ts';
export type { CompactedTopicOptions } from './reading/compacted-topic.ts';
export { DEAD_LETTER, DeadLetters } from './dead-letters/dead-letters.ts';
export type { DeadLetter } from './dead-letters/dead-letters.ts';
export { RecordTooLargeError, RetryableError, isRetryable } from './errors.ts';
export { GroupLags } from './group/group-lags.ts';
export type { GroupLag } from './group/group-lags.ts';
export { OnRecords } from './consuming/handler.decorator.ts';
export { HeartbeatAge } from './consuming/heartbeat-age.ts';
export { KafkaNames, LONGEST_PREFIX } from './prefix/names.ts';
export { PUT_BACK, putBackRecord, readDeadLetter } from './dead-letters/put-back.ts';
export type { Mending, PutBackOptions, ReadDeadLetter } from './dead-letters/put-back.ts';
export { partitionOf } from './producing/partitioner.ts';
export { RecordProducer } from './producing/producer.ts';
export type { RecordProducerOptions } from './producing/producer.ts';
export type { BatchHandler, HeaderValue, KafkaRecord, OutgoingRecord, RecordBatch, SetAsideReason } from './record.ts';
export { PresentTopicsServer } from './consuming/present-topics-server.ts';
export type { PresentTopicsServerOptions } from './consuming/present-topics-server.ts';
export type { Assignment } from './group/sticky-assignment.ts';
export { readMarks, readWholeTopic } from './reading/table-marks.ts';
export type { ReadMarksOptions } from './reading/table-marks.ts';
export { rangesBetween, rangesOfSpans, readRanges } from './reading/topic-ranges.ts';
export type { PartitionRange, ReadRangesOptions, TopicSpan } from './reading/topic-ranges.ts';
export { NotOnKafkaError, readSince, recordsAt, requireTopic } from './reading/topic-records.ts';
export type { RecordPlace } from './reading/topic-records.ts';
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
} from './topics/topics.ts';
export { setTopicConfig, topicSettings } from './topics/topic-settings.ts';
export type { SeenTopics, TopicSettings } from './topics/topic-settings.ts';
export { Watermark } from './consuming/feed/watermark.ts';
export { SASL_MECHANISMS } from './connection/kafka-security.ts';
export type { KafkaSasl, KafkaSecurity, KafkaTls } from './connection/kafka-security.ts';
