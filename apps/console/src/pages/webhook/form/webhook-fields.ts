import type { WebhookFields } from '../../../api/model.ts';
import type { HeaderLine } from '../../../format/headers.ts';
import { fromLines, toLines } from '../../../format/headers.ts';

/** The change of the client certificate. The API never returns its key, so it can only be replaced as a whole. */
export type CertificateChange =
  | { readonly does: 'keep' }
  | { readonly does: 'remove' }
  | { readonly does: 'set'; readonly certificate: string; readonly key: string };
export const NO_PEM = { certificate: '', key: '' };

/** A webhook in its form: texts and numbers that may still be empty. */
export interface WebhookForm {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string;
  readonly headers: readonly HeaderLine[];
  readonly maxAttempts: number | '';
  readonly timeoutSeconds: number | '';
  readonly rateLimitPerSecond: number | '';
  readonly ordering: 'none' | 'subject';
  readonly legacySignatureHeader: string;
  readonly clientCertificate: CertificateChange;
}

export const EMPTY_FORM: WebhookForm = {
  name: '',
  url: '',
  events: [],
  description: '',
  headers: [],
  maxAttempts: '',
  timeoutSeconds: '',
  rateLimitPerSecond: '',
  ordering: 'none',
  legacySignatureHeader: '',
  clientCertificate: { does: 'keep' },
};

/** Fields of the API whose errors the form shows. */
export const FORM_FIELDS = [
  'name',
  'url',
  'events',
  'description',
  'headers',
  'maxAttempts',
  'requestTimeoutMs',
  'rateLimitPerSecond',
  'ordering',
  'legacySignatureHeader',
  'clientCertificate',
  'clientCertificate.certificate',
  'clientCertificate.key',
  'secret',
  'tenantId',
] as const;

/**
 * The form for a webhook. `webhook` may be one of the API, which has only the certificate's public facts; they cannot
 * be sent back.
 */
export const formOf = (webhook: Omit<WebhookFields, 'clientCertificate'>): WebhookForm => ({
  name: webhook.name,
  url: webhook.url,
  events: webhook.events,
  description: webhook.description ?? '',
  headers: toLines(webhook.headers),
  maxAttempts: webhook.maxAttempts ?? '',
  timeoutSeconds: webhook.requestTimeoutMs === null ? '' : webhook.requestTimeoutMs / 1_000,
  rateLimitPerSecond: webhook.rateLimitPerSecond ?? '',
  ordering: webhook.ordering,
  legacySignatureHeader: webhook.legacySignatureHeader ?? '',
  clientCertificate: { does: 'keep' },
});

const orNull = <T>(value: T | ''): T | null => (value === '' ? null : value);

/** The fields of the form, for the API. An empty field is null: the installation's default. */
export const fieldsOf = (form: WebhookForm): WebhookFields => ({
  name: form.name.trim(),
  url: form.url.trim(),
  events: [...form.events],
  description: orNull(form.description.trim()),
  headers: fromLines(form.headers),
  maxAttempts: orNull(form.maxAttempts),
  requestTimeoutMs: form.timeoutSeconds === '' ? null : Math.round(form.timeoutSeconds * 1_000),
  rateLimitPerSecond: orNull(form.rateLimitPerSecond),
  ordering: form.ordering,
  legacySignatureHeader: orNull(form.legacySignatureHeader.trim()),
  ...certificateField(form.clientCertificate),
});

function certificateField(change: CertificateChange): Pick<WebhookFields, 'clientCertificate'> {
  if (change.does === 'keep') return {};
  if (change.does === 'remove') return { clientCertificate: null };
  const { certificate, key } = change;
  return { clientCertificate: { certificate, key } };
}

/** The error of one half of the certificate. An error of the whole certificate is shown at the half `certificate`. */
export const certificateError = (
  errors: Readonly<Record<string, string>>,
  half: 'certificate' | 'key',
): string | undefined =>
  errors[`clientCertificate.${half}`] ?? (half === 'certificate' ? errors['clientCertificate'] : undefined);

/**
 * Only the fields that differ, so that saving keeps the changes that other users have made. The order of event types
 * is ignored.
 */
export function changesOf(before: WebhookFields, after: WebhookFields): Partial<WebhookFields> {
  const names = Object.keys(after) as (keyof WebhookFields)[];
  return Object.fromEntries(
    names.filter((name) => comparable(before[name]) !== comparable(after[name])).map((name) => [name, after[name]]),
  );
}

function comparable(value: WebhookFields[keyof WebhookFields]): string {
  if (Array.isArray(value)) return JSON.stringify([...(value as readonly string[])].sort());
  if (value !== null && typeof value === 'object') return JSON.stringify(Object.entries(value).sort());
  return JSON.stringify(value);
}
