import { attributeFault, TENANT_ID, utf8Text } from './attribute-rules.ts';
import { timeFault } from './message-time.policy.ts';
import type { TimeFault, TimeLimits } from './message-time.policy.ts';
import type { Domain } from '../kafka/topics.ts';
import { isTraceparent } from './traceparent.ts';

/**
 * A message on a canonical topic: CloudEvents 1.0, binary mode over Kafka (attributes are `ce_*` headers, the value is the
 * data). `data` stays bytes: no code after ingestion parses it.
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

/** Record key of a canonical topic: messages about one object of one tenant stay in order. */
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

/** The reason why a record of a canonical topic cannot be delivered as a message. */
export interface CanonicalFault {
  /** Stable code. */
  readonly reason: 'not_a_canonical_message' | 'time_out_of_range';
  /** The header at fault, or `data`. */
  readonly field: string;
  /** A sentence for people. */
  readonly detail: string;
}

/**
 * Reads a canonical record. Ingestion has written it, or a trusted service, which may make mistakes: so the attributes that are
 * stored with deliveries are checked as in ingestion. The type and the data are not checked again.
 *
 * @param limits those of ingestion, with room for the time that the record has been on the topic
 */
export function readCanonical(
  headers: Readonly<Record<string, Buffer | undefined>>,
  value: Buffer | null,
  limits: TimeLimits,
): { readonly message: CanonicalMessage } | CanonicalFault {
  const texts: (string | undefined)[] = [];
  for (const { name, isRequired } of ATTRIBUTES) {
    const bytes = headers[name];
    const text = bytes && utf8Text(bytes);
    if (bytes && text === undefined) return fault(name, `The header ${name} is not UTF-8.`);
    if (!text && isRequired) return fault(name, `The header ${name} is missing or empty.`);
    const wrong = text && attributeFault(text);
    if (wrong) return fault(name, `The header ${name} ${wrong}.`);
    // An empty optional attribute counts as missing, as in ingestion.
    texts.push(text || undefined);
  }
  const [id = '', source = '', type = '', time = '', tenantId = '', subject] = texts;
  if (!TENANT_ID.test(tenantId)) return fault(CE.tenantId, `The header ${CE.tenantId} must be the id of a tenant.`);
  const wrongTime = timeFault(time, limits);
  if (wrongTime) return timeRefusal[wrongTime];
  if (!value || value.length === 0) return fault('data', 'The record has no data.');
  const trace = headers[CE.traceparent]?.toString('utf8');
  const traceparent = isTraceparent(trace) ? trace : undefined;
  return { message: { id, source, type, time, subject, tenantId, traceparent, data: value } };
}

/** In the order in which `readCanonical` destructures their texts. */
const ATTRIBUTES = [
  { name: CE.id, isRequired: true },
  { name: CE.source, isRequired: true },
  { name: CE.type, isRequired: true },
  { name: CE.time, isRequired: true },
  { name: CE.tenantId, isRequired: true },
  { name: CE.subject, isRequired: false },
] as const;

const fault = (field: string, detail: string): CanonicalFault => ({ reason: 'not_a_canonical_message', field, detail });

const timeRefusal: Readonly<Record<TimeFault, CanonicalFault>> = {
  not_a_time: fault(CE.time, `The header ${CE.time} is not an RFC 3339 time.`),
  too_far_ahead: {
    reason: 'time_out_of_range',
    field: CE.time,
    detail: `The header ${CE.time} is more than a day ahead.`,
  },
  too_old: {
    reason: 'time_out_of_range',
    field: CE.time,
    detail: `The header ${CE.time} is older than deliveries are kept.`,
  },
};
