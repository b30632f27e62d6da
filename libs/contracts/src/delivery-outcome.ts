import { z } from 'zod';

/** Whose fault a failed attempt is. The service's objective leaves the receivers' faults out. */
export const FAULTS = ['none', 'receiver', 'platform'] as const;

/**
 * Why an attempt failed, as a small closed set for metrics, filters and people. `blocked_address` says no more on
 * purpose: what stood at a private address is nobody's business.
 */
export const ERROR_CLASSES = [
  'http_status',
  'gone',
  'redirect',
  'throttled',
  'timeout',
  'dns',
  'connect',
  'tls',
  'reset',
  'protocol',
  'response_too_large',
  'blocked_address',
  'invalid_request',
  'disabled',
  'deleted',
  'tenant_suspended',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

export const DELIVERY_STATUSES = ['PENDING', 'RETRYING', 'SUCCESS', 'FAILED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why a delivery ends although attempts are left: its webhook or tenant takes none any more. Nothing is sent for it. */
export const ABANDON_REASONS = ['disabled', 'deleted', 'tenant_suspended'] as const satisfies readonly ErrorClass[];
export type AbandonReason = (typeof ABANDON_REASONS)[number];

/**
 * What became of one attempt, or of a delivery that is abandoned: `errorClass` is an `AbandonReason` then. On
 * `delivery.outcomes.v1` the key is the webhook id, the value this as JSON.
 */
export const deliveryOutcome = z.object({
  deliveryId: z.uuid(),
  webhookId: z.uuid(),
  tenantId: z.string(),
  eventId: z.uuid(),
  eventType: z.string(),
  kind: z.enum(['message', 'test', 'replay']),
  /** Counted from 1. Of an abandoned delivery: how many attempts it has had, 0 where there was none. */
  attempt: z.int().nonnegative(),
  outcome: z.enum(['succeeded', 'failed']),
  /** Status of the delivery after this attempt. */
  deliveryStatus: z.enum(DELIVERY_STATUSES),
  /** Start and end are the same time where nothing was sent. */
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  statusCode: z.int().nullable(),
  errorClass: z.enum(ERROR_CLASSES).nullable(),
  fault: z.enum(FAULTS),
  nextAttemptAt: z.iso.datetime().nullable(),
});
export type DeliveryOutcome = z.infer<typeof deliveryOutcome>;
