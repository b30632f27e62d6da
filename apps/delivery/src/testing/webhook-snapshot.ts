import { newId } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';

/** An active webhook for `sale.created` without special settings, as the registry publishes it. */
export const snapshotOf = (fields: Partial<WebhookSnapshot> = {}): WebhookSnapshot => ({
  id: newId(),
  tenantId: 't1',
  name: 'Test',
  url: 'https://shop.example/',
  events: ['sale.created'],
  isActive: true,
  headers: {},
  maxAttempts: null,
  requestTimeoutMs: null,
  rateLimitPerSecond: null,
  ordering: 'none',
  secrets: [{ sealed: 's', expiresAt: null }],
  version: 1,
  ...fields,
});
