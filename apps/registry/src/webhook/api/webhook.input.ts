import type { CreateWebhookBody, UpdateWebhookBody } from './webhook.schemas.ts';
import type { WebhookSettings } from '../domain/webhook.events.ts';

/** Settings as a caller says them: every header in clear. */
export type AskedSettings = Omit<WebhookSettings, 'sealedHeaders'>;

/** The settings of a new webhook: what the request leaves out is the service's default. */
export const settingsOf = (body: CreateWebhookBody): AskedSettings => ({
  name: body.name,
  description: body.description ?? null,
  url: body.url,
  events: body.events,
  headers: body.headers ?? {},
  maxAttempts: body.maxAttempts ?? null,
  requestTimeoutMs: body.requestTimeoutMs ?? null,
  rateLimitPerSecond: body.rateLimitPerSecond ?? null,
  ordering: body.ordering ?? 'none',
  legacySignatureHeader: body.legacySignatureHeader ?? null,
});

/** What a PATCH asks to change: the fields that it names, null included. */
export const changesOf = ({ clientCertificate: _, ...settings }: UpdateWebhookBody): Partial<AskedSettings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
