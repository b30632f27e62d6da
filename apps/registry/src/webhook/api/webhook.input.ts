import type { CreateWebhookBody, UpdateWebhookBody } from './webhook.schemas.ts';
import type { WebhookSettings } from '../domain/webhook.events.ts';

/** The settings in a request: every header in clear. */
export type AskedSettings = Omit<WebhookSettings, 'sealedHeaders'>;

/** The settings of a new webhook; a field that the request leaves out gets the default. */
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

/** The changes of a PATCH: the fields that the body has, also those that are null. */
export const changesOf = ({ clientCertificate: _, ...settings }: UpdateWebhookBody): Partial<AskedSettings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
