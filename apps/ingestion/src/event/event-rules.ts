import { attributeFault, recordTime, TENANT_ID, timeFault } from '@signet/contracts';
import type { CanonicalMessage, TimeFault } from '@signet/contracts';
import { checkData, isKnownType, isOwnType } from './data-rules.ts';
import type { RawEvent } from './raw-event.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { parseJson } from './structured.ts';
import { traceparentOf } from './trace-context.ts';

const TENANT_ID_RULE =
  'tenantid must be the id of a tenant: at most 64 letters, digits, ".", "_" and "-", the first a letter or digit.';
const JSON_MEDIA_TYPE = /^application\/([a-z0-9.+-]+\+)?json\s*(;.*)?$/i;

export interface EventContext {
  readonly now: number;
  /**
   * The time for an event that has none, milliseconds since the epoch: the timestamp of the Kafka record or of the
   * request, so that it is the same however often the event is read. If it is out of range, it is judged to be wrong
   * and `now` is taken.
   */
  readonly receivedAt: number;
  readonly retentionMs: number;
  readonly maxBytes: number;
  /** The tenant of the caller's key, for an event that names none. */
  readonly defaultTenant: string | undefined;
  /** Whether the caller may send events of the type. */
  readonly maySend: (eventType: string) => boolean;
  /** Whether the caller may send for the tenant. */
  readonly mayActFor: (tenantId: string) => boolean;
  readonly tenantExists: (tenantId: string) => boolean;
}

/** Checks a CloudEvent against every rule. Returns the message to publish, or the first broken rule. */
export function checkEvent(event: RawEvent, context: EventContext): CanonicalMessage | Refusal {
  const { attributes } = event;
  const identity = checkIdentity(attributes);
  if ('reason' in identity) return identity;
  if (!context.maySend(identity.type))
    return refusal('event_type_not_allowed', 'type', `The API key may not send events of the type "${identity.type}".`);
  const tenant = checkTenant(attributes, context);
  if (typeof tenant !== 'string') return tenant;
  const time = checkTime(attributes['time'], context);
  if (typeof time !== 'string') return time;
  const subject = optionalText(attributes, 'subject');
  if (typeof subject === 'object') return subject;
  const dataFault = checkContent(event, identity.type, context.maxBytes);
  if (dataFault) return dataFault;
  return {
    ...identity,
    time,
    subject,
    tenantId: tenant,
    traceparent: traceparentOf(attributes['traceparent'], event.carrierTraceparent),
    data: event.data as Buffer,
  };
}

function checkIdentity(attributes: RawEvent['attributes']): Refusal | { id: string; source: string; type: string } {
  const specversion = requiredText(attributes, 'specversion');
  if (typeof specversion === 'object') return specversion;
  if (specversion !== '1.0')
    return refusal('unsupported_specversion', 'specversion', `specversion must be 1.0, not ${specversion}.`);
  const id = requiredText(attributes, 'id');
  if (typeof id === 'object') return id;
  const source = requiredText(attributes, 'source');
  if (typeof source === 'object') return source;
  const type = requiredText(attributes, 'type');
  if (typeof type === 'object') return type;
  if (isOwnType(type))
    return refusal('reserved_event_type', 'type', `"${type}" is sent by Signet itself: producers may not send it.`);
  if (!isKnownType(type))
    return refusal('unknown_event_type', 'type', `"${type}" is not in the event catalogue; see GET /v1/event-types.`);
  return { id, source, type };
}

function checkTenant(attributes: RawEvent['attributes'], context: EventContext): string | Refusal {
  const tenantId = attributes['tenantid'] ?? context.defaultTenant;
  if (tenantId === undefined || tenantId === '')
    return refusal(
      'missing_attribute',
      'tenantid',
      'The extension attribute tenantid names the tenant; it is missing.',
    );
  if (typeof tenantId !== 'string' || !TENANT_ID.test(tenantId))
    return refusal('invalid_attribute', 'tenantid', TENANT_ID_RULE);
  if (!context.mayActFor(tenantId))
    return refusal('tenant_not_allowed', 'tenantid', 'The API key may not send events for this tenant.');
  if (!context.tenantExists(tenantId)) return refusal('unknown_tenant', 'tenantid', 'There is no such tenant.');
  return tenantId;
}

function checkTime(time: unknown, context: EventContext): string | Refusal {
  if (time === undefined || time === null || time === '')
    return new Date(recordTime(context.receivedAt, context)).toISOString();
  const fault = typeof time === 'string' ? timeFault(time, context) : 'not_a_time';
  return fault === undefined ? (time as string) : TIME_REFUSALS[fault];
}

const TIME_REFUSALS: Readonly<Record<TimeFault, Refusal>> = {
  not_a_time: refusal('invalid_attribute', 'time', 'time must be an RFC 3339 time such as 2026-03-01T10:00:00Z.'),
  too_far_ahead: refusal('time_out_of_range', 'time', 'time is more than a day ahead.'),
  too_old: refusal('time_out_of_range', 'time', 'time is older than deliveries are kept.'),
};

function checkContent({ attributes, data, parsed }: RawEvent, type: string, maxBytes: number): Refusal | undefined {
  const contentType = attributes['datacontenttype'];
  if (contentType !== undefined && (typeof contentType !== 'string' || !JSON_MEDIA_TYPE.test(contentType)))
    return refusal('invalid_attribute', 'datacontenttype', 'datacontenttype must be JSON.');
  if (!data || data.length === 0) return refusal('missing_data', 'data', 'The event has no data.');
  if (data.length > maxBytes)
    return refusal(
      'message_too_large',
      'data',
      `data has ${grouped(data.length)} bytes; at most ${grouped(maxBytes)} are taken.`,
    );
  const value = parsed ?? parseJson(data);
  if (value === undefined) return refusal('invalid_data', 'data', 'data is not JSON in UTF-8.');
  return checkData(type, value, data);
}

function requiredText(attributes: RawEvent['attributes'], name: string): string | Refusal {
  const value = optionalText(attributes, name);
  if (value !== undefined) return value;
  const what = attributes[name] === '' ? 'empty' : 'missing';
  return refusal('missing_attribute', name, `The attribute ${name} is ${what}.`);
}

function optionalText(attributes: RawEvent['attributes'], name: string): string | undefined | Refusal {
  const value = attributes[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return refusal('invalid_attribute', name, `${name} must be a string.`);
  const fault = attributeFault(value);
  return fault === undefined ? value : refusal('invalid_attribute', name, `${name} ${fault}.`);
}

/** A number for people: `262144` becomes 262,144. */
const grouped = (count: number): string => count.toLocaleString('en');
