import { REQUEST_KINDS } from '@signet/kafka';
import { SPAN_OUTCOMES } from '../tracing/tracing.ts';
import { defineCounter, defineGauge, defineHistogram, eachOf } from './definition.ts';

/** Metrics of `Samples`: how old, and so how trustworthy, the sampled gauges are. */
export const SAMPLE_METRICS = {
  age: defineGauge({
    name: 'signet_sample_age_seconds',
    help: 'Age of the last successful read of a group of gauges that PostgreSQL or Kafka is asked for.',
    unit: 'seconds',
    use: 'Above 60 the gauges of that sample are left out. PostgreSQL or Kafka does not answer this process: see readiness.',
    labels: ['sample'],
  }),
  failures: defineCounter({
    name: 'signet_sample_failures_total',
    help: 'Failed reads of gauges that PostgreSQL or Kafka is asked for.',
    unit: 'reads',
    use: 'Explains why a sample is old; the log says the error at level debug.',
    labels: ['sample'],
  }),
};

/** Metrics of a relay: a log in PostgreSQL that one replica at a time publishes on Kafka. */
export const RELAY_METRICS = {
  lagSeconds: defineGauge({
    name: 'signet_relay_lag_seconds',
    help: 'Age of the oldest row of the log that is not yet on Kafka, as each replica sees it, also one that waits for the lock.',
    unit: 'seconds',
    use: 'Alert SignetRelayStuck: the other services do not get changes (registry) or failures are not counted (delivery).',
    labels: ['relay'],
  }),
  lagRows: defineGauge({
    name: 'signet_relay_lag_rows',
    help: 'Rows of the log that are not yet on Kafka, counted up to 10,000.',
    unit: 'rows',
    use: 'How much has to be published once the relay works again.',
    labels: ['relay'],
  }),
  holdsLock: defineGauge({
    name: 'signet_relay_holds_lock',
    help: '1 on the replica that holds the lock of the relay and publishes, 0 on the others.',
    unit: 'replicas',
    use: 'Alert SignetRelayWithoutHolder when the sum is 0. Says which replica to look at.',
    labels: ['relay'],
  }),
};

/** Metrics that all three services have. */
export const SERVICE_METRICS = {
  requestSeconds: defineHistogram({
    // Few buckets, since a process has many routes, and each has several classes of status.
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10],
    name: 'http_server_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its response.',
    use: 'Latency and error rate of the API: 5xx are ours. A path that matches no route shares the route `unmatched`.',
    labels: ['method', 'route', 'status_class'],
  }),
  requestsRefused: defineCounter({
    name: 'signet_requests_refused_total',
    help: 'Requests answered with 429, by the limit that was reached.',
    unit: 'requests',
    use: '`key`: a caller is faster than SIGNET_RATE_LIMIT. `address`: an address guesses keys (SIGNET_WRONG_KEY_LIMIT).',
    labels: ['reason'],
    startsAt0: eachOf('reason', ['key', 'address']),
  }),
  kafkaRequests: defineCounter({
    name: 'signet_kafka_requests_total',
    help: 'Requests of this process that Kafka has answered, by kind. A commit is of offsets; `other` are those that connect, join a group, or ask for the state of groups and topics.',
    unit: 'requests',
    use: 'What the load on the brokers is made of. Divided by the deliveries: how well records are gathered into requests. Without traffic it is what idleness costs.',
    labels: ['kind'],
    startsAt0: eachOf('kind', REQUEST_KINDS),
  }),
  offsetsLost: defineCounter({
    name: 'signet_kafka_offsets_lost_total',
    help: 'Partitions that were read anew from their earliest record because Kafka no longer had the offset of the group.',
    unit: 'partitions',
    use: 'Alert SignetOffsetLost: records were deleted unread, or are read a second time. The log names group, topic and partition.',
  }),
  groupLag: defineGauge({
    name: 'signet_kafka_group_lag_records',
    help: 'Records between the committed offset of a consumer group of Signet and the end of the topic, over all partitions. Every service measures all groups, so that it goes on growing when a consumer is stuck or gone. A record of delivery.requests.v1 is up to 64 requests.',
    unit: 'records',
    use: 'Alert SignetConsumerLag, at more than 10,000 for ten minutes. Take the maximum over the processes: all of them ask Kafka for the same.',
    labels: ['group', 'topic'],
  }),
  groupStalled: defineGauge({
    name: 'signet_kafka_group_stalled_seconds',
    help: 'Time for which a consumer group has committed nothing on a partition with waiting records: the longest time of all partitions, as this process has seen it.',
    unit: 'seconds',
    use: 'Alert SignetConsumerStuck. Take the maximum over the processes: one that was started later has seen less.',
    labels: ['group', 'topic'],
  }),
  logLinesDropped: defineCounter({
    name: 'signet_log_lines_dropped_total',
    help: 'Log lines that were dropped because the reader of stdout was too slow: the service never waits for stdout.',
    unit: 'lines',
    use: 'Above 0 the log collector is slow or does not run. When it reads again, the log says how many lines are missing.',
  }),
  spans: defineCounter({
    name: 'signet_trace_spans_total',
    help: 'Spans to be exported, by result. Without OTEL_EXPORTER_OTLP_ENDPOINT there are none.',
    unit: 'spans',
    use: '`failed`: the collector is away, or refuses them; the log says why. `dropped`: it is too slow, so sample fewer traces. Deliveries never wait for it.',
    labels: ['outcome'],
    startsAt0: eachOf('outcome', SPAN_OUTCOMES),
  }),
  buildInfo: defineGauge({
    name: 'signet_build_info',
    help: 'Always 1; the labels say what runs.',
    unit: 'processes',
    use: 'Which versions run side by side during a roll-out.',
    labels: ['service', 'version', 'node_version'],
  }),
  producerQueue: defineGauge({
    name: 'signet_kafka_producer_queue_records',
    help: 'Records that wait in this process for Kafka to take them, by producer.',
    unit: 'records',
    use: 'Grows while Kafka is slow or away. At its limit new records are refused and tried again.',
    labels: ['producer'],
  }),
  databasePool: defineGauge({
    name: 'signet_database_pool_connections',
    help: 'Connections of this process to PostgreSQL, by what they do, and requests that wait for one.',
    unit: 'connections',
    use: '`waiting` above 0 for long: queries are slow, or the pool is too small.',
    labels: ['state'],
  }),
};

/** Metrics of a service with a database: its clock is PostgreSQL's time, carried on by the monotonic clock (ADR 42). */
export const CLOCK_METRICS = {
  offset: defineGauge({
    name: 'signet_clock_offset_seconds',
    help: "By how much the wall clock of this process's machine is ahead of the clock that the service goes by; negative: behind.",
    unit: 'seconds',
    use: 'Alert SignetClocksDiffer, beyond half a minute: put the clock of that machine right. Retries, leases and limits do not follow it; logs, Kafka records and TLS do.',
    labels: [],
  }),
  databaseOffset: defineGauge({
    name: 'signet_clock_database_offset_seconds',
    help: "By how much PostgreSQL's clock, when it was last asked, is ahead of the clock that the service goes by; negative: behind.",
    unit: 'seconds',
    use: "Alert SignetClocksDiffer, beyond half a minute: PostgreSQL's clock has jumped. It is followed by 36 s an hour. Once it is right, restart the services: they begin with it.",
    labels: [],
  }),
};

/** Metrics of a service that reads tables of the registry. */
export const TABLE_METRICS = {
  heartbeatAge: defineGauge({
    name: 'signet_table_heartbeat_age_seconds',
    help: 'Time since the registry wrote its last heartbeat onto the topic of a table. Missing until one has been read.',
    unit: 'seconds',
    use: 'Above a minute the registry is down, or cannot write to Kafka. Changes do not arrive; deliveries go on. Beyond SIGNET_API_KEYS_MAX_AGE (table `api-keys`) requests get 503.',
    labels: ['table'],
  }),
  unreadable: defineCounter({
    name: 'signet_table_unreadable_records_total',
    help: 'Records of a table that this version cannot read, and passed over.',
    unit: 'records',
    use: 'Above 0 a later version of the registry, or another program, writes records that this version does not understand: the log names their keys.',
    labels: ['table'],
  }),
};
