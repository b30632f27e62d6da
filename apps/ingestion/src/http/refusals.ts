import type { Refusal } from '../event/refusal.ts';

/** The reasons over HTTP: `unsupported_mode` is the refusal of a batch over Kafka, and HTTP has a batch mode. */
type HttpReason = Exclude<Refusal['reason'], 'unsupported_mode'>;

/** All other reasons are answered with 422. */
const STATUS: Partial<Record<Refusal['reason'], number>> = {
  malformed_event: 400,
  event_type_not_allowed: 403,
  tenant_not_allowed: 403,
  message_too_large: 413,
  unsupported_media_type: 415,
};

/** The status of a request whose one event is refused. */
export const statusOf = (reason: Refusal['reason']): number => STATUS[reason] ?? 422;

/** An example sentence for each reason, so that OpenAPI describes every possible refusal. */
const DETAILS: Readonly<Record<HttpReason, string>> = {
  malformed_event: 'The event is not JSON in UTF-8.',
  unsupported_media_type:
    'CloudEvents are accepted as application/cloudevents+json or with attributes in headers, not as application/cloudevents+avro.',
  unsupported_specversion: 'specversion must be 1.0, not 0.3.',
  missing_attribute: 'The attribute id is missing.',
  invalid_attribute: 'time must be an RFC 3339 time such as 2026-03-01T10:00:00Z.',
  unknown_event_type: '"sale.lost" is not in the event catalogue; see GET /v1/event-types.',
  reserved_event_type: '"webhook.failing" is sent by Signet itself: producers may not send it.',
  event_type_not_allowed: 'The API key may not send events of the type "sale.created".',
  unknown_tenant: 'There is no such tenant.',
  tenant_not_allowed: 'The API key may not send events for this tenant.',
  time_out_of_range: 'time is more than a day ahead.',
  missing_data: 'The event has no data.',
  invalid_data: 'data.total must be a number, a string or null.',
  duplicate_key: 'data.total is there twice; which of the two counts depends on who reads it.',
  message_too_large: 'data has 300,000 bytes; at most 262,144 are taken.',
  too_deep: 'data is nested deeper than 64 levels.',
  too_many_keys: 'data has more than 10,000 keys.',
};

/** The reasons with this status, each with its sentence. */
export const refusalsWith = (status: number): Record<string, string> =>
  Object.fromEntries(Object.entries(DETAILS).filter(([reason]) => statusOf(reason as HttpReason) === status));
