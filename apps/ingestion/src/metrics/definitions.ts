import { EVENT_TYPE_NAMES } from '@signet/contracts';
import { defineCounter, defineGauge, defineHistogram, eachOf } from '@signet/service-kit';
import { REFUSAL_REASONS } from '../event/refusal.ts';

/** The ways in which messages enter. */
export const ENTRANCES = ['kafka', 'http'] as const;
export type Entrance = (typeof ENTRANCES)[number];

/** The metrics that only ingestion has; the service kit adds those of every service. */
export const INGESTION_METRICS = {
  accepted: defineCounter({
    name: 'signet_ingestion_accepted_total',
    help: 'Messages that lie on a canonical topic, by where they entered.',
    unit: 'messages',
    use: 'The traffic that Signet takes. 0 where there should be some: nothing is produced, or ingestion does not read.',
    labels: ['source', 'event_type'],
    startsAt0: ENTRANCES.flatMap((source) => EVENT_TYPE_NAMES.map((event_type) => ({ source, event_type }))),
  }),
  refused: defineCounter({
    name: 'signet_ingestion_refused_total',
    help: 'Messages that broke a rule, by the rule. Those from Kafka are on ingestion.dead-letter.v1.',
    unit: 'messages',
    use: 'Alert SignetMessagesRefused: a producer sends what Signet cannot take. The dead letters say what and why.',
    labels: ['source', 'reason'],
    startsAt0: [
      ...ENTRANCES.flatMap((source) => REFUSAL_REASONS.map((reason) => ({ source, reason }))),
      { source: 'kafka', reason: 'handler_error' },
    ],
  }),
  publishSeconds: defineHistogram({
    name: 'signet_ingestion_publish_duration_seconds',
    help: 'Time until Kafka has acknowledged the messages that came in together.',
    use: 'Latency that a caller of POST /v1/events sees. Slow: look at Kafka.',
    labels: ['source'],
    startsAt0: eachOf('source', ENTRANCES),
  }),
  unreadSourceTopics: defineGauge({
    name: 'signet_ingestion_source_topics_unread',
    help: 'Source topics of SIGNET_SOURCE_TOPICS that are not read, because Kafka does not have them.',
    unit: 'topics',
    use: 'Not 0: a name is misspelt, or the producers have not made their topic yet.',
  }),
};
