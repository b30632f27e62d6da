import type { z } from 'zod';
import type { webhookAnswer, webhookDetailsAnswer } from './webhook.answers.ts';
import type { ClientCertificate } from '../domain/webhook.events.ts';
import type { WebhookDetails } from '../read-model/webhook.queries.ts';
import type { WebhookRow } from '../read-model/webhook.row.ts';
import { shownHeaders } from './webhook.shown-headers.ts';

const instant = (time: Date | null): string | null => time?.toISOString() ?? null;

const certificateView = (certificate: ClientCertificate | null) => {
  if (certificate === null) return null;
  const { subject, issuer, fingerprint, expiresAt } = certificate;
  return { subject, issuer, fingerprint, expiresAt };
};

/**
 * A webhook as the API shows it, without its secrets, neither encrypted nor plain. `displayName` gives the name of an event type
 * for people.
 */
export const webhookView = (row: WebhookRow, displayName: (eventType: string) => string): WebhookView => ({
  id: row.id,
  tenantId: row.tenantId,
  name: row.name,
  description: row.description,
  url: row.url,
  events: row.events,
  eventNames: row.events.map(displayName),
  isActive: row.isActive,
  disabledReason: row.disabledReason,
  disabledDetail: row.disabledDetail,
  disabledAt: instant(row.disabledAt),
  consecutiveFailures: row.consecutiveFailures,
  alertedAt: instant(row.alertedAt),
  headers: shownHeaders(row.headers, row.sealedHeaders),
  maxAttempts: row.maxAttempts,
  requestTimeoutMs: row.requestTimeoutMs,
  rateLimitPerSecond: row.rateLimitPerSecond,
  ordering: row.ordering,
  legacySignatureHeader: row.legacySignatureHeader,
  clientCertificate: certificateView(row.clientCertificate),
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  version: row.version,
});
export type WebhookView = z.infer<typeof webhookAnswer>;

/** The same with more details: the summary, the tenant's name, and when the webhook last succeeded and failed. */
export const webhookDetailsView = (
  row: WebhookDetails,
  displayName: (eventType: string) => string,
  summary: string,
): WebhookDetailsView => ({
  ...webhookView(row, displayName),
  summary,
  tenantName: row.tenantName,
  lastSuccessAt: instant(row.lastSuccessAt),
  lastFailureAt: instant(row.lastFailureAt),
});
export type WebhookDetailsView = z.infer<typeof webhookDetailsAnswer>;
