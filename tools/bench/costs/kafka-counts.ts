import type { Counted, Counts } from './counts.ts';

const KINDS: Readonly<Record<string, Counted>> = {
  produce: 'Kafka: produce',
  fetch: 'Kafka: fetch',
  commit: 'Kafka: commit',
  heartbeat: 'Kafka: heartbeat',
  metadata: 'Kafka: metadata',
  other: 'Kafka: other',
};

/** Numbers of requests by their kind, as `kafkaRequests` of libs/kafka gives them. */
export const kafkaCounts = (requests: Readonly<Record<string, number>>): Counts =>
  Object.fromEntries(
    Object.entries(requests).flatMap(([kind, count]) => {
      const counted = KINDS[kind];
      return counted === undefined ? [] : [[counted, count]];
    }),
  );

const SERIES = /^signet_kafka_requests_total\{kind="(?<kind>\w+)"\} (?<count>\S+)$/gm;

/** Out of the answer of `/metrics`. A service without this metric (before 0.3.0) has no counts. */
export const kafkaCountsOfMetrics = (metrics: string): Counts =>
  kafkaCounts(
    Object.fromEntries(
      [...metrics.matchAll(SERIES)].map(({ groups }) => [groups?.['kind'], Number(groups?.['count'])]),
    ),
  );
