import { parseRfc3339 } from './rfc3339.ts';
import type { Domain } from './topics.ts';
import { isTraceparent } from './traceparent.ts';

/**
 * A message as it lies on a canonical topic: CloudEvents 1.0, binary mode over Kafka (attributes are `ce_*` headers,
 * the value is the data). `data` stays bytes: nothing after ingestion parses it.
 */
export interface CanonicalMessage {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** RFC 3339; the message's own time. Deliveries are partitioned by its UTC day. */
  readonly time: string;
  readonly subject: string | undefined;
  readonly tenantId: string;
  /** W3C trace context, passed on unchanged. */
  readonly traceparent: string | undefined;
  readonly data: Buffer;
}

/** Names of the Kafka headers of CloudEvents' binary mode. */
export const CE = {
  specversion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  time: 'ce_time',
  subject: 'ce_subject',
  tenantId: 'ce_tenantid',
  traceparent: 'ce_traceparent',
  contentType: 'content-type',
} as const;

/** Record key of a canonical topic: what happens to one object of one tenant stays in order. */
export const canonicalKey = (message: { tenantId: string; subject?: string | undefined; id: string }): string =>
  `${message.tenantId}/${message.subject ?? message.id}`;

/** `sale.created` → `sale`. */
export const domainOf = (eventType: string): Domain => eventType.slice(0, eventType.indexOf('.')) as Domain;

/** Headers of a canonical record; the value is `message.data`. */
export function canonicalHeaders(message: CanonicalMessage): Record<string, string> {
  const headers: Record<string, string> = {
    [CE.specversion]: '1.0',
    [CE.id]: message.id,
    [CE.source]: message.source,
    [CE.type]: message.type,
    [CE.time]: message.time,
    [CE.tenantId]: message.tenantId,
    [CE.contentType]: 'application/json',
  };
  if (message.subject !== undefined) headers[CE.subject] = message.subject;
  if (message.traceparent !== undefined) headers[CE.traceparent] = message.traceparent;
  return headers;
}

/**
 * Reads a canonical record back. The record came through ingestion or from a trusted service, so only presence is
 * checked, and the time, which deliveries are partitioned by; returns the name of the attribute that is missing or no time.
 */
export function readCanonical(
  headers: Readonly<Record<string, Buffer | undefined>>,
  value: Buffer | null,
): { message: CanonicalMessage } | { missing: string } {
  const text = (name: string): string | undefined => headers[name]?.toString('utf8');
  const id = text(CE.id);
  if (!id) return { missing: CE.id };
  const source = text(CE.source);
  if (!source) return { missing: CE.source };
  const type = text(CE.type);
  if (!type) return { missing: CE.type };
  const time = text(CE.time);
  if (!time || parseRfc3339(time) === undefined) return { missing: CE.time };
  const tenantId = text(CE.tenantId);
  if (!tenantId) return { missing: CE.tenantId };
  if (!value || value.length === 0) return { missing: 'data' };
  const subject = text(CE.subject);
  const trace = text(CE.traceparent);
  const traceparent = isTraceparent(trace) ? trace : undefined;
  return { message: { id, source, type, time, subject, tenantId, traceparent, data: value } };
}
