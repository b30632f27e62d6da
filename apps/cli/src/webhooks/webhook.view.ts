import type { Webhook } from '../api/openapi.gen.ts';
import type { Field } from '../output/fields.ts';
import type { Output } from '../output/output.ts';
import type { Column } from '../output/table.ts';
import { shownTime } from '../session/moments.ts';

const stateOf = ({ isActive }: Webhook): string => (isActive ? 'active' : 'disabled');

export const webhookColumns = (output: Output): readonly Column<Webhook>[] => [
  { title: 'ID', of: ({ id }) => id },
  { title: 'NAME', of: ({ name }) => name, isFlexible: true },
  { title: 'STATE', of: stateOf, paint: (text, webhook) => output.state(stateOf(webhook), text) },
  { title: 'FAILURES', of: ({ consecutiveFailures }) => String(consecutiveFailures) },
  { title: 'URL', of: ({ url }) => url, isFlexible: true },
  { title: 'EVENTS', of: ({ events }) => events.join(' '), isFlexible: true },
];

export const webhookFields = (webhook: Webhook): readonly Field[] => [
  ['id', webhook.id],
  ['name', webhook.name],
  ['tenant', webhook.tenantId],
  ['state', stateOf(webhook)],
  ['summary', webhook.summary],
  ['url', webhook.url],
  ['events', webhook.events.join(' ')],
  ['description', webhook.description],
  [
    'headers',
    Object.entries(webhook.headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', '),
  ],
  ['attempts', webhook.maxAttempts],
  ['timeout', webhook.requestTimeoutMs === null ? null : `${webhook.requestTimeoutMs} ms`],
  ['rate limit', webhook.rateLimitPerSecond === null ? null : `${webhook.rateLimitPerSecond} a second`],
  ['ordering', webhook.ordering],
  ['failures in a row', webhook.consecutiveFailures],
  ['last success', shownTime(webhook.lastSuccessAt)],
  ['last failure', shownTime(webhook.lastFailureAt)],
  ['created', `${shownTime(webhook.createdAt)} by ${webhook.createdBy}`],
  ['version', webhook.version],
];
