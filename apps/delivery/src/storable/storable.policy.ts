import { attributeFault, isRfc3339, isStorableInstant, parseRfc3339 } from '@signet/contracts';
import type { DeliveryRequest } from '@signet/contracts';

/*
 * What PostgreSQL would refuse of a delivery request, found before the first attempt. A delivery that cannot be recorded
 * must not be sent: its receiver would have a message of which Signet knows nothing, and a failed attempt would have no
 * second one.
 */

/** Why the request cannot be stored, for its dead letter. */
export interface NotStorable {
  readonly reason: 'not_a_delivery_request' | 'not_storable' | 'time_out_of_range';
  readonly field: string;
  /** A sentence for people. */
  readonly detail: string;
}

/** A UUID in the form in which PostgreSQL returns it: one in capital letters would not be found among stored ids. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUIDS = ['deliveryId', 'webhookId', 'eventId', 'repeats'] as const;
const TEXTS = ['tenantId', 'eventType', 'source', 'messageId', 'subject', 'traceparent', 'spanContext'] as const;
const OPTIONAL: ReadonlySet<string> = new Set(['subject', 'traceparent', 'spanContext', 'repeats']);
const KINDS: ReadonlySet<unknown> = new Set(['message', 'test', 'replay']);

/**
 * Null if PostgreSQL can store the delivery.
 *
 * @param request as it was read: its types are not checked yet
 */
export function whyNotStorable(request: DeliveryRequest, body: Buffer): NotStorable | null {
  const fields = request as Readonly<Record<string, unknown>>;
  const isMissing = (name: string): boolean => fields[name] === undefined && OPTIONAL.has(name);
  for (const name of UUIDS)
    if (!isMissing(name) && !(typeof fields[name] === 'string' && UUID.test(fields[name])))
      return notARequest(name, `${name} is no UUID in lower case.`);
  for (const name of TEXTS) {
    const value = fields[name];
    if (isMissing(name)) continue;
    if (typeof value !== 'string') return notARequest(name, `${name} is no text.`);
    const fault = attributeFault(value);
    if (fault) return notStorable(name, `${name} ${fault}.`);
  }
  if (!KINDS.has(request.kind)) return notARequest('kind', 'kind is none of message, test and replay.');
  if (!isStorableInstant(request.acceptedAt))
    return notARequest('acceptedAt', 'acceptedAt is no time in milliseconds, of the years 1 to 9999.');
  if (!isRfc3339(request.messageTime)) return notARequest('messageTime', 'messageTime is no time of RFC 3339.');
  if (parseRfc3339(request.messageTime) === undefined)
    return {
      reason: 'time_out_of_range',
      field: 'messageTime',
      detail: 'The time of the message is of no day that has a partition: it must be of the years 1 to 9999.',
    };
  if (body.includes(0)) return notStorable('body', 'The body has a NUL byte, which PostgreSQL cannot store as text.');
  return null;
}

const notARequest = (field: string, detail: string): NotStorable => ({
  reason: 'not_a_delivery_request',
  field,
  detail,
});
const notStorable = (field: string, detail: string): NotStorable => ({ reason: 'not_storable', field, detail });
