/** Stable codes of the rules that an event can break. */
export const REFUSAL_REASONS = [
  'malformed_event',
  'unsupported_mode',
  'unsupported_media_type',
  'unsupported_specversion',
  'missing_attribute',
  'invalid_attribute',
  'unknown_event_type',
  'reserved_event_type',
  'event_type_not_allowed',
  'unknown_tenant',
  'tenant_not_allowed',
  'time_out_of_range',
  'missing_data',
  'invalid_data',
  'duplicate_key',
  'message_too_large',
  'too_deep',
  'too_many_keys',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Why an event was not accepted: the same text for HTTP callers and for the dead-letter topic. */
export interface Refusal {
  /** Stable code. */
  readonly reason: RefusalReason;
  /** Attribute, or `data.` and the path of the field. */
  readonly field: string;
  /** A sentence for people. */
  readonly detail: string;
}

/**
 * Field and detail can quote text of the sender, which may be longer than a header or dead letter can hold, so both
 * are cut.
 */
export const refusal = (reason: RefusalReason, field: string, detail: string): Refusal => ({
  reason,
  field: clipped(field, 256),
  detail: clipped(detail, 1_536),
});

const clipped = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length).replace(/\p{Surrogate}/gu, '')}….`;

export const isRefusal = (value: object): value is Refusal => 'reason' in value;
