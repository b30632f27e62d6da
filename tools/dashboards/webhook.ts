import type { Dashboard } from './dashboard.ts';
import { limitOf, limitsOf } from '../watch/rule-limits.ts';

/** One webhook that fails. A webhook that works has no series of its own; the console shows its deliveries. */
export const WEBHOOK: Dashboard = {
  uid: 'signet-webhook',
  title: 'Signet / One webhook',
  description: 'A webhook that fails or was disabled within a day. One that works has no series; the console shows it.',
  variables: [
    { label: 'tenant_id', metric: 'signet_webhook_consecutive_failures' },
    { label: 'webhook_id', metric: 'signet_webhook_consecutive_failures' },
  ],
  rows: [
    {
      title: 'Failures',
      panels: [
        {
          title: 'Failures in a row',
          normal: 'No line. Alerts at 3, 5 and 10; the 10th disables the webhook.',
          unit: 'short',
          queries: [
            {
              expr: 'signet:webhook_consecutive_failures:max{tenant_id=~"$tenant_id",webhook_id=~"$webhook_id"}',
              legend: '{{webhook_id}}',
            },
          ],
          alertAbove: Math.min(...limitsOf('SignetWebhookFailing')),
        },
        {
          title: 'Disabled automatically',
          normal: 'No line. It stays for a day, or until a person enables the webhook.',
          unit: 'short',
          queries: [
            {
              expr: 'signet:webhook_disabled:max{tenant_id=~"$tenant_id",webhook_id=~"$webhook_id"}',
              legend: '{{webhook_id}} {{reason}}',
            },
          ],
          alertAbove: limitOf('SignetWebhookDisabled'),
        },
        {
          title: 'Circuit not closed for',
          normal: 'No line. While there is one, deliveries wait and spend no attempts.',
          unit: 's',
          queries: [
            {
              expr: 'max by (webhook_id) (signet_delivery_circuit_open_seconds{webhook_id=~"$webhook_id"})',
              legend: '{{webhook_id}}',
            },
          ],
        },
        {
          title: 'Webhooks that are not shown',
          normal: '0. The 200 that failed last are shown; the others are counted here.',
          unit: 'short',
          queries: [{ expr: 'max by (metric) (signet_webhook_series_left_out)', legend: '{{metric}}' }],
          alertAbove: limitOf('SignetManyWebhooksFailing'),
        },
      ],
    },
  ],
};
