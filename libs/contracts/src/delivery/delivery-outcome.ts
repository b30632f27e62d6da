import { z } from 'zod';

/** The party at fault for a failed attempt. The service's objective does not count the receivers' faults. */
export const FAULTS = ['none', 'receiver', 'platform'] as const;

/**
 * Why an attempt failed, as a small closed set for metrics, filters and people. `blocked_address` has no details on purpose: a
 * tenant must not learn what is at a private address.
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

/** Why an attempt was made: on the schedule, as the probe of an open circuit, or because a person asked for it. */
export const OUTCOME_CAUSES = ['schedule', 'probe', 'person'] as const;
export type OutcomeCause = (typeof OUTCOME_CAUSES)[number];

export const DELIVERY_STATUSES = ['PENDING', 'RETRYING', 'SUCCESS', 'FAILED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why a delivery ends although attempts are left: its webhook or tenant gets no deliveries any more. Nothing is sent for it. */
export const ABANDON_REASONS = ['disabled', 'deleted', 'tenant_suspended'] as const satisfies readonly ErrorClass[];
export type AbandonReason = (typeof ABANDON_REASONS)[number];

/**
 * The outcome of one attempt, or of a delivery that is abandoned; then `errorClass` is an `AbandonReason`. On
 * `delivery.outcomes.v1` the key is the webhook id, and the value is this object as JSON. It is a public contract: other teams
 * read the descriptions here in the AsyncAPI document.
 */
export const deliveryOutcome = z
  .object({
    deliveryId: z.uuid().describe('The delivery: one message to one webhook.'),
    webhookId: z.uuid().describe('The webhook; the key of the record.'),
    tenantId: z.string().describe('The tenant that owns the webhook.'),
    eventId: z
      .uuid()
      .describe(
        'The message; `webhook-id` of the requests: UUIDv5 of source and messageId. The same for every webhook, retry and replay.',
      ),
    messageId: z
      .string()
      .nullish()
      .describe("The producer's own id, unique for its source; null, or missing in older records: not known."),
    source: z
      .string()
      .nullish()
      .describe('CloudEvents source of the message; null, or missing in older records: not known.'),
    subject: z
      .string()
      .nullish()
      .describe('Id of the object that the message is about; null, or missing in older records: not known, or none.'),
    eventType: z.string().describe('Name in the event catalogue.'),
    kind: z.enum(['message', 'test', 'replay']).describe('What asked for the delivery.'),
    attempt: z
      .int()
      .nonnegative()
      .describe('Counted from 1. Of an abandoned delivery: how many attempts it has had, 0 where there was none.'),
    outcome: z.enum(['succeeded', 'failed']).describe('Whether the receiver answered 2xx.'),
    deliveryStatus: z
      .enum(DELIVERY_STATUSES)
      .describe(
        'Status of the delivery after this attempt: SUCCESS and FAILED end it, unless a person asks for one more.',
      ),
    startedAt: z.iso.datetime().describe('When the attempt began.'),
    endedAt: z.iso.datetime().describe('When it ended; the same as the start where nothing was sent.'),
    statusCode: z.int().nullable().describe('Of the response; null where none came.'),
    errorClass: z
      .enum(ERROR_CLASSES)
      .nullable()
      .describe(
        'Why it failed; null where it did not. disabled, deleted, tenant_suspended: the delivery was abandoned.',
      ),
    fault: z.enum(FAULTS).describe('Whose fault a failure is.'),
    cause: z
      .enum(OUTCOME_CAUSES)
      .optional()
      .describe(
        'Why the attempt was made: on the schedule (also where this is missing), as the probe of an open circuit, or because a person asked for it.',
      ),
    nextAttemptAt: z.iso.datetime().nullable().describe('When the next attempt is due; null where none is.'),
  })
  .meta({
    title: 'Delivery outcome',
    description: 'What became of one attempt, or of a delivery that was abandoned.',
    examples: [
      {
        deliveryId: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
        webhookId: '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11',
        tenantId: 'antwerp',
        eventId: 'd4e1217e-ae29-5d5d-b2a7-14eeda2dccf9',
        messageId: 's-1',
        source: '/pos/1',
        subject: 'S-20318',
        eventType: 'sale.created',
        kind: 'message',
        attempt: 1,
        outcome: 'failed',
        deliveryStatus: 'RETRYING',
        startedAt: '2026-03-01T10:00:00.100Z',
        endedAt: '2026-03-01T10:00:00.412Z',
        statusCode: 500,
        errorClass: 'http_status',
        fault: 'receiver',
        cause: 'schedule',
        nextAttemptAt: '2026-03-01T10:01:02.310Z',
      },
    ],
  });
export type DeliveryOutcome = z.infer<typeof deliveryOutcome>;
