import type { Dashboard } from './dashboard.ts';

/** Dashboard of ingestion: accepted and refused messages, and how the API answers. */
export const INGESTION: Dashboard = {
  uid: 'signet-ingestion',
  title: 'Signet / Ingestion and API',
  description: 'Messages that enter and that are refused, and the requests of the three services.',
  rows: [
    {
      title: 'Messages',
      panels: [
        {
          title: 'Accepted by event type',
          normal: 'The traffic of your producers.',
          unit: 'ops',
          queries: [
            {
              expr: 'sum by (event_type) (rate(signet_ingestion_accepted_total[$__rate_interval]))',
              legend: '{{event_type}}',
            },
          ],
        },
        {
          title: 'Refused',
          normal: '0 from Kafka: each is a dead letter. Callers over HTTP were told.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (source, reason) (increase(signet_ingestion_refused_total[1h])) > 0 or sum by (source) (increase(signet_ingestion_refused_total[1h]))',
              legend: '{{source}} {{reason}}',
            },
          ],
        },
        {
          title: 'Time until Kafka has it, p99',
          normal: 'Some milliseconds. Slow: look at Kafka.',
          unit: 's',
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le, source) (rate(signet_ingestion_publish_duration_seconds_bucket[$__rate_interval])))',
              legend: '{{source}}',
            },
          ],
        },
        {
          title: 'Source topics that are not read',
          normal: '0. Otherwise Kafka does not have a topic of SIGNET_SOURCE_TOPICS.',
          unit: 'short',
          queries: [{ expr: 'max(signet_ingestion_source_topics_unread)', legend: 'topics' }],
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests by status',
          normal: 'Mostly 2xx. 5xx is ours.',
          unit: 'reqps',
          queries: [
            {
              expr: 'sum by (job, status_class) (rate(http_server_request_duration_seconds_count[$__rate_interval]))',
              legend: '{{job}} {{status_class}}',
            },
          ],
        },
        {
          title: 'Duration of requests, p99',
          normal: 'Below 0.1 s.',
          unit: 's',
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le, job) (rate(http_server_request_duration_seconds_bucket[$__rate_interval])))',
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Answered with 429',
          normal:
            '0. `key`: a caller sends too many requests; `address`: an address sends wrong keys, perhaps to guess one.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (job, reason) (increase(signet_requests_refused_total[1h]))',
              legend: '{{job}} {{reason}}',
            },
          ],
        },
      ],
    },
  ],
};
