import type { Dashboard } from './dashboard.ts';
import { limitOf, limitsOf, objectiveSeconds } from '../watch/rule-limits.ts';

/** The first page: does Signet keep its promise, and where does it not. */
export const OVERVIEW: Dashboard = {
  uid: 'signet-overview',
  title: 'Signet / Overview',
  description: 'Whether Signet keeps its promise: 99.9 % of first attempts start within 5 s of acceptance.',
  rows: [
    {
      title: 'The promise',
      panels: [
        {
          title: 'First attempts that are late',
          normal:
            'Below 0.1 %: the share of first attempts that start later than 5 s after acceptance, without those that their receiver delays. SignetFirstAttemptsLate fires at 1.44 % within an hour, and at less over longer times.',
          unit: 'percentunit',
          queries: [
            { expr: 'signet:first_attempts_late:ratio_rate5m', legend: '5 min' },
            { expr: 'signet:first_attempts_late:ratio_rate1h', legend: '1 h' },
            { expr: 'signet:first_attempts_late:ratio_rate1d', legend: '1 d' },
          ],
          alertAbove: Math.max(...limitsOf('SignetFirstAttemptsLate')),
        },
        {
          title: 'Acceptance to first attempt',
          normal: 'A p99 under 0.1 s on a machine with CPU to spare; under 5 s is promised.',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((quantile) => ({
            expr: `histogram_quantile(${quantile}, sum by (le) (rate(signet_delivery_first_attempt_delay_seconds_bucket{fault!="receiver"}[$__rate_interval])))`,
            legend: `p${quantile * 100}`,
          })),
          alertAbove: objectiveSeconds(),
        },
        {
          title: 'Deliveries that ended',
          normal:
            'SUCCESS follows the traffic; FAILED is near 0. FAILED deliveries wait for a person who replays them.',
          unit: 'ops',
          queries: [
            { expr: 'sum by (status) (rate(signet_deliveries_ended_total[$__rate_interval]))', legend: '{{status}}' },
          ],
        },
      ],
    },
    {
      title: 'The way of a message',
      panels: [
        {
          title: 'Messages accepted',
          normal: 'The traffic of your producers, by where it enters.',
          unit: 'ops',
          queries: [
            { expr: 'sum by (source) (rate(signet_ingestion_accepted_total[$__rate_interval]))', legend: '{{source}}' },
          ],
        },
        {
          title: 'Attempts by outcome and fault',
          normal: "Mostly succeeded. Fault receiver is the tenants' to mend; fault platform is yours.",
          unit: 'ops',
          queries: [{ expr: 'signet:attempts:rate5m', legend: '{{outcome}} {{fault}}' }],
        },
        {
          title: 'Records that wait, by consumer group',
          normal:
            'Near 0, with short peaks in bursts. A line that never falls is a consumer that is stuck (SignetConsumerStuck).',
          unit: 'short',
          queries: [{ expr: 'sum by (group) (signet:group_lag_records:max)', legend: '{{group}}' }],
          alertAbove: limitOf('SignetConsumerLag'),
        },
      ],
    },
    {
      title: 'Webhooks',
      panels: [
        {
          title: 'Webhooks by state',
          normal: 'Changes slowly. A step in disabled has one cause more often than many.',
          unit: 'short',
          queries: [{ expr: 'max by (state) (signet_registry_webhooks)', legend: '{{state}}' }],
        },
        {
          title: 'Webhooks disabled',
          normal: 'Few. Many `failing` at once: look at the platform before the receivers.',
          unit: 'short',
          queries: [
            { expr: 'sum by (reason) (increase(signet_webhooks_disabled_total[1h]))', legend: '{{reason}} within 1 h' },
          ],
        },
        {
          title: 'Alerts raised about webhooks',
          normal: 'Few, and more at 3 failures than at 10: most receivers come back.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (threshold) (increase(signet_webhook_alerts_total[1h]))',
              legend: '{{threshold}} failures, within 1 h',
            },
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'Processes that answer',
          normal: 'As many as are deployed, of each service.',
          unit: 'short',
          queries: [{ expr: 'sum by (job) (up{job=~"signet-.+"})', legend: '{{job}}' }],
        },
        {
          title: 'CPU',
          normal: 'Below one core a process: each runs one event loop.',
          unit: 'short',
          queries: [
            {
              expr: 'rate(process_cpu_seconds_total{job=~"signet-.+"}[$__rate_interval])',
              legend: '{{job}} {{instance}}',
            },
          ],
        },
        {
          title: 'Event loop delay, p99',
          normal: 'Below 0.1 s. Above 0.5 s the process is short of CPU.',
          unit: 's',
          queries: [{ expr: 'nodejs_eventloop_lag_p99_seconds{job=~"signet-.+"}', legend: '{{job}} {{instance}}' }],
          alertAbove: limitOf('SignetEventLoopLate'),
        },
      ],
    },
  ],
};
