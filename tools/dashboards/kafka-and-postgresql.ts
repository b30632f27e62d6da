import type { Dashboard } from './dashboard.ts';
import { limitOf } from '../watch/rule-limits.ts';

/** What Signet sees of its two servers. */
export const KAFKA_AND_POSTGRESQL: Dashboard = {
  uid: 'signet-servers',
  title: 'Signet / Kafka and PostgreSQL',
  description: 'Lag, relays, queues and pools: what Signet sees of the servers that it stands on.',
  rows: [
    {
      title: 'Kafka',
      panels: [
        {
          title: 'Lag by group and topic',
          normal: 'Near 0. It grows also when a consumer is gone.',
          unit: 'short',
          queries: [{ expr: 'signet:group_lag_records:max', legend: '{{group}} {{topic}}' }],
          alertAbove: limitOf('SignetConsumerLag'),
        },
        {
          title: 'Consumers that do not move',
          normal: 'Below a minute: for how long a group has committed nothing of a partition on which records wait.',
          unit: 's',
          queries: [
            { expr: 'max by (group, topic) (signet_kafka_group_stalled_seconds)', legend: '{{group}} {{topic}}' },
          ],
          alertAbove: limitOf('SignetConsumerStuck'),
        },
        {
          title: 'Relays: age of what is not published',
          normal: 'Below a second. The registry tells the other services by its relay, delivery tells the registry.',
          unit: 's',
          queries: [{ expr: 'max by (relay) (signet_relay_lag_seconds)', legend: '{{relay}}' }],
          alertAbove: limitOf('SignetRelayStuck'),
        },
        {
          title: 'Relays: rows, and replicas that publish',
          normal: 'Few rows, and one replica of each.',
          unit: 'short',
          queries: [
            { expr: 'max by (relay) (signet_relay_lag_rows)', legend: 'rows, {{relay}}' },
            { expr: 'sum by (relay) (signet_relay_holds_lock)', legend: 'replicas, {{relay}}' },
          ],
        },
        {
          title: 'Tables: age of the last heartbeat',
          normal: 'Below a minute. Older: readers do not hear of changes of webhooks, tenants and keys.',
          unit: 's',
          queries: [{ expr: 'max by (table) (signet_table_heartbeat_age_seconds)', legend: '{{table}}' }],
          alertAbove: limitOf('SignetTableSilent'),
        },
        {
          title: 'Records that wait in producers',
          normal: 'Near 0. It grows while Kafka is slow or away.',
          unit: 'short',
          queries: [{ expr: 'signet_kafka_producer_queue_records', legend: '{{job}} {{producer}}' }],
          alertAbove: limitOf('SignetProducerQueueGrows'),
        },
        {
          title: 'Offsets that were lost',
          normal: '0. Otherwise records were deleted before they were read.',
          unit: 'short',
          queries: [{ expr: 'sum by (job) (increase(signet_kafka_offsets_lost_total[1h]))', legend: '{{job}}' }],
          alertAbove: limitOf('SignetOffsetLost'),
        },
      ],
    },
    {
      title: 'PostgreSQL',
      panels: [
        {
          title: 'Connections',
          normal: 'used well below SIGNET_DATABASE_POOL, waiting 0.',
          unit: 'short',
          queries: [{ expr: 'sum by (job, state) (signet_database_pool_connections)', legend: '{{job}} {{state}}' }],
        },
        {
          title: 'Writes that wait',
          normal: 'Below a thousand. It grows while PostgreSQL is slow or away.',
          unit: 'short',
          queries: [{ expr: 'signet_delivery_recorder_backlog', legend: '{{instance}}' }],
        },
        {
          title: 'Age of what was asked for',
          normal: 'Below the scrape interval. Older: PostgreSQL or Kafka does not answer that process.',
          unit: 's',
          queries: [{ expr: 'max by (job, sample) (signet_sample_age_seconds)', legend: '{{job}} {{sample}}' }],
          alertAbove: limitOf('SignetServerNotAnswering'),
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'Memory',
          normal: '150 to 400 MB a process, steady over days.',
          unit: 'bytes',
          queries: [{ expr: 'process_resident_memory_bytes{job=~"signet-.+"}', legend: '{{job}} {{instance}}' }],
        },
        {
          title: 'Versions',
          normal: 'One version, but for the minutes of a roll-out.',
          unit: 'short',
          queries: [{ expr: 'sum by (service, version) (signet_build_info)', legend: '{{service}} {{version}}' }],
        },
        {
          title: 'Alert mails',
          normal: 'refused and expired are 0; nothing waits for long.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (result) (increase(signet_registry_alert_mails_total[1h]))',
              legend: '{{result}} within 1 h',
            },
          ],
        },
      ],
    },
  ],
};
