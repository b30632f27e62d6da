import { randomBytes } from 'node:crypto';
import { EntityManager } from '@mikro-orm/postgresql';
import { newId, webhookSecretContext } from '@signet/contracts';
import { generateSecret } from '@signet/signature';
import { Aggregates } from '../database/aggregates.ts';
import { streamOf } from '../database/streams.ts';
import type { DisabledReason, WebhookEvent } from '../webhook/domain/webhook.events.ts';
import type { TestRegistry } from './registry.ts';

/** Number of facts in one append. */
const AT_ONCE = 500;

export interface DisabledWebhooks {
  readonly tenantId: string;
  readonly count: number;
  readonly reason: DisabledReason;
  /** When the first was disabled; the others follow a millisecond apart. */
  readonly since: Date;
}

/**
 * Creates webhooks that are disabled already, directly through the event store. Resolves to their ids, in the order
 * of their times.
 */
export async function disabledWebhooks(
  registry: TestRegistry,
  { tenantId, count, reason, since }: DisabledWebhooks,
): Promise<string[]> {
  const { app } = registry.service;
  const store = app.get(Aggregates).storeIn(app.get(EntityManager).fork());
  const sealing = registry.settings.SIGNET_SEALING_KEYS;
  const ids = Array.from({ length: count }, () => newId());
  for (let done = 0; done < count; done += AT_ONCE) {
    const appends = ids.slice(done, done + AT_ONCE).map((id, index) => {
      const sealedSecret = sealing.seal(generateSecret(randomBytes), webhookSecretContext(id));
      const at = new Date(since.getTime() + done + index).toISOString();
      const events: WebhookEvent[] = [
        {
          type: 'WebhookRegistered',
          data: { tenantId, settings: SETTINGS, sealedSecret, createdBy: 'test', at: BEFORE },
        },
        { type: 'WebhookDisabled', data: { reason, detail: 'Of a test.', at } },
      ];
      return { streamId: streamOf('webhook', id), expectedVersion: 0, events };
    });
    await store.appendMany(appends, { actor: 'test' });
  }
  return ids;
}

const BEFORE = '2026-01-01T00:00:00.000Z';
const SETTINGS = {
  name: 'Orders',
  description: null,
  url: 'https://shop.example/hook',
  events: ['sale.created'],
  headers: {},
  sealedHeaders: {},
  maxAttempts: null,
  requestTimeoutMs: null,
  rateLimitPerSecond: null,
  ordering: 'none',
  legacySignatureHeader: null,
} as const;
