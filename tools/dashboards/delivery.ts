import type { Dashboard } from './dashboard.ts';
import { limitOf } from '../watch/rule-limits.ts';

/** Dashboard of delivery: attempts, waiting deliveries and why they wait, storage. */
export const DELIVERY: Dashboard = {
  uid: 'signet-delivery',
  title: 'Signet / Delivery',
  description: 'Attempts, what waits in memory, on the shelf and in PostgreSQL, and what is stored.',
  rows: [
    {
      title: 'Attempts',
      panels: [
        {
          title: 'Failures by class of error',
          normal:
            'Mostly http_status and timeout, of few webhooks. dns, connect or tls for all at once is the platform.',
          unit: 'ops',
          queries: [
            {
              expr: 'sum by (error_class, fault) (rate(signet_delivery_attempts_total{outcome="failed"}[$__rate_interval]))',
              legend: '{{error_class}} {{fault}}',
            },
          ],
        },
        {
          title: 'Duration of a POST',
          normal: 'That of your receivers. A p99 at SIGNET_REQUEST_TIMEOUT: some of them hang.',
          unit: 's',
          queries: [0.5, 0.99].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, sum by (le) (rate(signet_delivery_attempt_duration_seconds_bucket[$__rate_interval])))`,
            legend: `p${quantile * 100}`,
          })),
        },
        {
          title: 'Acceptance to delivered, p99',
          normal: '`none` near the duration of a POST; `receiver` has the waits between attempts.',
          unit: 's',
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le, fault) (rate(signet_delivery_delivered_delay_seconds_bucket[$__rate_interval])))',
              legend: '{{fault}}',
            },
          ],
        },
      ],
    },
    {
      title: 'What waits',
      panels: [
        {
          title: 'POSTs on the wire',
          normal: 'Well below SIGNET_DISPATCH_CONCURRENCY. At it for long: the replica is full.',
          unit: 'short',
          queries: [{ expr: 'signet_delivery_attempts_in_flight', legend: '{{instance}}' }],
        },
        {
          title: 'Deliveries in memory, and on the shelf',
          normal: 'Hundreds in memory. The shelf is empty but for webhooks that hang or whose circuit is open.',
          unit: 'short',
          queries: [
            { expr: 'sum(signet_delivery_tasks)', legend: 'in memory' },
            {
              expr: 'sum by (circuit) (signet_delivery_shelved_requests)',
              legend: 'on the shelf, circuit {{circuit}}',
            },
          ],
        },
        {
          title: 'Overdue',
          normal: 'Below a second: how long the delivery that is due for longest has waited.',
          unit: 's',
          queries: [{ expr: 'signet_delivery_overdue_seconds', legend: '{{instance}}' }],
          alertAbove: limitOf('SignetDeliveriesOverdue'),
        },
        {
          title: 'Open circuits',
          normal: 'A few. Many at once have one cause.',
          unit: 'short',
          queries: [{ expr: 'sum(signet_delivery_open_circuits)', legend: 'not closed' }],
          alertAbove: limitOf('SignetManyCircuitsOpen'),
        },
        {
          title: 'Changes of circuits',
          normal: 'As many close as open, hours later.',
          unit: 'short',
          queries: [
            { expr: 'sum by (to) (increase(signet_delivery_circuit_changes_total[1h]))', legend: '{{to}} within 1 h' },
          ],
        },
        {
          title: 'Replays',
          normal: 'What people have asked for. One that has not moved for minutes is stuck.',
          unit: 'short',
          queries: [
            { expr: 'max(signet_delivery_replays_running)', legend: 'running' },
            { expr: 'max(signet_delivery_replay_idle_seconds)', legend: 'seconds since the slowest has moved' },
          ],
        },
      ],
    },
    {
      title: 'Fan-out and set aside',
      panels: [
        {
          title: 'Deliveries for each message',
          normal: 'How many webhooks a message goes to. 0 beside traffic: no webhook matches.',
          unit: 'short',
          queries: [
            {
              expr: 'sum(rate(signet_fan_out_requests_total[$__rate_interval])) / sum(rate(signet_fan_out_messages_total[$__rate_interval]))',
              legend: 'webhooks a message',
            },
          ],
        },
        {
          title: 'Set aside and refused',
          normal: '0. Each is a message that is not delivered until a person puts it back.',
          unit: 'short',
          queries: [
            { expr: 'sum by (reason) (increase(signet_delivery_dead_letters_total[1h]))', legend: '{{reason}}' },
            { expr: 'sum(increase(signet_delivery_refused_records_total[1h]))', legend: 'refused by PostgreSQL' },
            { expr: 'sum(increase(signet_delivery_platform_errors_total[1h]))', legend: 'could not be prepared' },
          ],
          alertAbove: limitOf('SignetDeadLetters'),
        },
        {
          title: 'Partitions served',
          normal: 'The sum is the number of partitions of delivery.requests.v1; changes only at a roll-out.',
          unit: 'short',
          queries: [{ expr: 'signet_delivery_owned_partitions', legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'Storage',
      panels: [
        {
          title: 'Age of the oldest day',
          normal: 'Grows to SIGNET_RETENTION and stays there.',
          unit: 's',
          queries: [{ expr: 'max(signet_delivery_oldest_day_age_seconds)', legend: 'oldest day' }],
        },
        {
          title: 'Days made ahead, and kept',
          normal: '2 ahead, 0 kept. A kept day has deliveries that have not ended.',
          unit: 'short',
          queries: [
            { expr: 'max(signet_delivery_days_ahead)', legend: 'ahead' },
            { expr: 'max(signet_delivery_kept_partitions)', legend: 'kept past the retention' },
          ],
        },
        {
          title: 'Webhooks in the directory',
          normal: 'The same on all replicas; 0 unreadable.',
          unit: 'short',
          queries: [
            { expr: 'signet_delivery_directory_webhooks', legend: '{{instance}}' },
            { expr: 'signet_delivery_unreadable_webhooks', legend: 'unreadable, {{instance}}' },
          ],
        },
      ],
    },
  ],
};
