import { defineEntity, p } from '@mikro-orm/core';
import type { ClientCertificate, DisabledReason, SealedSecret } from '../domain/webhook.events.ts';
import type { ReplayMissed } from './webhook.row.ts';

/** A webhook as it is read: the projection of its stream. The aggregate is the decider; this is a row. */
export const WebhookEntity = defineEntity({
  name: 'Webhook',
  tableName: 'webhooks',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.text(),
    name: p.text(),
    description: p.text().nullable(),
    url: p.text(),
    events: p.array(),
    headers: p.json<Record<string, string>>(),
    sealedHeaders: p.json<Record<string, string>>(),
    maxAttempts: p.integer().nullable(),
    requestTimeoutMs: p.integer().nullable(),
    rateLimitPerSecond: p.float().nullable(),
    ordering: p.text().$type<'none' | 'subject'>(),
    legacySignatureHeader: p.text().nullable(),
    /** Sealed, newest first. */
    secrets: p.json<SealedSecret[]>(),
    clientCertificate: p.json<ClientCertificate>().nullable(),
    isActive: p.boolean(),
    disabledReason: p.text().$type<DisabledReason>().nullable(),
    disabledDetail: p.text().nullable(),
    disabledAt: p.datetime().nullable(),
    activeSince: p.datetime().nullable(),
    replayMissed: p.json<ReplayMissed>().nullable(),
    consecutiveFailures: p.integer(),
    alertedAt: p.datetime().nullable(),
    createdBy: p.text(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    /** Version of the stream that this row shows; the ETag. */
    version: p.integer(),
  },
});

/**
 * When a webhook last succeeded and failed. This is no projection of the events, since healthy traffic appends none:
 * it is written from `delivery.outcomes.v1` (docs/adr/0009-webhook-activity.md).
 */
export const WebhookActivityEntity = defineEntity({
  name: 'WebhookActivity',
  tableName: 'webhook_activity',
  properties: {
    webhookId: p.uuid().primary(),
    lastSuccessAt: p.datetime().nullable(),
    lastFailureAt: p.datetime().nullable(),
  },
});
