import { ABANDON_REASONS, DELIVERY_STATUSES, ERROR_CLASSES, FAULTS, OUTCOME_CAUSES } from '@signet/contracts';
import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';

const instant = z.iso.datetime();
const milliseconds = z.number().min(0).nullable();

const listed = {
  id: z.uuid(),
  tenantId: z.string(),
  webhookId: z.uuid(),
  webhookName: z.string().nullable().meta({ description: 'The present name of the webhook; null: it is deleted.' }),
  eventType: z.string(),
  eventId: z.uuid().meta({ description: 'The webhook-id that the receiver sees: UUIDv5 of source and messageId.' }),
  messageId: z
    .string()
    .nullable()
    .meta({ description: "The producer's own id, unique for its source; null in deliveries of earlier versions." }),
  source: z
    .string()
    .nullable()
    .meta({ description: 'Who sent the message, as a URI reference; null in deliveries of earlier versions.' }),
  subject: z
    .string()
    .nullable()
    .meta({ description: 'Id of the object that the message is about; null where it names none.' }),
  repeats: z.uuid().nullable().meta({ description: 'The delivery that this one repeats.' }),
  status: z.enum(DELIVERY_STATUSES),
  attemptCount: z.int().min(0).meta({ description: 'Number of attempts that count against the limit.' }),
  unspentAttempts: z.int().min(0).meta({
    description:
      'Number of further attempts, which do not count against the limit: failed probes of an open circuit, and attempts that failed because the platform was at fault.',
  }),
  maxAttempts: z.int().min(1),
  nextRetryAt: instant.nullable().meta({ description: 'When the next attempt is due; never in the past.' }),
  heldUntil: instant.nullable().meta({
    description:
      "Not null: the delivery is held back at least until this time, either because its webhook's circuit is open (until the next probe), or because Signet itself cannot reach most receivers.",
  }),
  responseStatusCode: z.int().nullable(),
  errorClass: z.enum(ERROR_CLASSES).nullable(),
  errorMessage: z
    .string()
    .nullable()
    .meta({ description: 'Why the last attempt failed; if there was no attempt, why the delivery ended.' }),
  endReason: z.enum(ABANDON_REASONS).nullable().meta({
    description:
      'Not null: the delivery ended without a further attempt, because its webhook or tenant takes no deliveries.',
  }),
  signature: z.string().nullable().meta({ description: 'Signature of the last attempt.' }),
  sentAt: instant.nullable().meta({ description: 'Start of the last attempt.' }),
  completedAt: instant.nullable(),
  durationMs: z.int().min(0).nullable(),
  createdAt: instant,
  updatedAt: instant,
  isTest: z.boolean(),
  isReplay: z.boolean(),
  summary: z.string().meta({
    description:
      'The state of the delivery in a sentence for people: the next step, and the result of the last attempt.',
  }),
};
export const deliveryAnswer = z.strictObject(listed).meta({ title: 'Delivery' });
export const deliveryPageAnswer = pageAnswer(deliveryAnswer);

const BODY =
  'The beginning of the body as text, at most 10,240 bytes of UTF-8, never cut within a character. Bytes that are not ' +
  'UTF-8, as in a binary or compressed body or in another charset, are shown as U+FFFD (�).';
const NOTE =
  'Why the response is not valid HTTP/1.1; missing when it is valid. When present, headers and body may be incomplete.';
const TRUNCATED = 'Whether the receiver sent more than Signet keeps.';

export const deliveryDetailAnswer = z
  .strictObject({
    ...listed,
    payload: z.unknown().meta({ description: 'The JSON that is sent.' }),
    responseHeaders: z.record(z.string(), z.string()).nullable(),
    responseBody: z
      .string()
      .nullable()
      .meta({ description: `Response of the last attempt. ${BODY}` }),
    responseBodyTruncated: z.boolean().meta({ description: TRUNCATED }),
  })
  .meta({ title: 'DeliveryDetails' });

const attempt = z
  .strictObject({
    attempt: z.int().min(1),
    cause: z.enum(OUTCOME_CAUSES).meta({
      description:
        'Why it was made: `schedule`, `probe` (the one attempt that an open circuit let through), `person` (a test, a retry, or a probe that a user asked for).',
    }),
    isUnspent: z
      .boolean()
      .meta({ description: "true: the attempt failed, but does not count as one of the delivery's attempts." }),
    startedAt: instant,
    endedAt: instant,
    durationMs: z.int().min(0),
    outcome: z.enum(['succeeded', 'failed']),
    errorClass: z.enum(ERROR_CLASSES).nullable(),
    errorMessage: z.string().nullable(),
    fault: z.enum(FAULTS).meta({
      description:
        "Who is at fault; `none`: the attempt succeeded. `platform`: Signet's own resolver, network or machine failed, so the attempt counts neither as a failure in a row nor as one of the delivery's attempts.",
    }),
    nextAttemptAt: instant
      .nullable()
      .meta({ description: 'When the next attempt was planned; null: this was the last.' }),
    owner: z.string().optional().meta({ description: 'For operators only: the replica that sent it.' }),
    epoch: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'For operators only: the epoch with which the replica owned the partition.' }),
    request: z.strictObject({
      method: z.literal('POST'),
      url: z.string(),
      headers: z.record(z.string(), z.string()).meta({ description: 'As sent; secrets are masked.' }),
      body: z.string(),
    }),
    signature: z.string(),
    response: z
      .strictObject({
        statusCode: z.int(),
        headers: z.record(z.string(), z.string()),
        body: z.string().meta({ description: BODY }),
        bodyTruncated: z.boolean().meta({ description: TRUNCATED }),
        note: z.string().optional().meta({ description: NOTE }),
      })
      .nullable(),
    address: z.string().nullable().meta({ description: 'The IP address that Signet connected to.' }),
    timings: z
      .record(z.string(), milliseconds)
      .meta({ description: 'Milliseconds for DNS, connecting, TLS and until the first byte, and for all together.' }),
  })
  .meta({ title: 'Attempt' });
export const attemptsAnswer = pageAnswer(attempt);
type AttemptView = z.infer<typeof attempt>;

const AT = '2026-11-23T20:05:26.164Z';
export const deliveryExample = {
  id: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
  tenantId: 'antwerp-jewels',
  webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  webhookName: 'Accounting',
  eventType: 'sale.created',
  eventId: 'd4e1217e-ae29-5d5d-b2a7-14eeda2dccf9',
  messageId: 's-1',
  source: '/pos/1',
  subject: 'S-1',
  repeats: null,
  status: 'RETRYING',
  attemptCount: 1,
  unspentAttempts: 0,
  maxAttempts: 5,
  nextRetryAt: '2026-11-23T20:06:26.200Z',
  heldUntil: null,
  responseStatusCode: 500,
  errorClass: 'http_status',
  errorMessage: 'The receiver answered 500.',
  endReason: null,
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  sentAt: AT,
  completedAt: null,
  durationMs: 36,
  createdAt: AT,
  updatedAt: AT,
  isTest: false,
  isReplay: false,
  summary: 'Attempt 1 of 5 failed; next attempt at 2026-11-23T20:06:26.200Z.',
} satisfies z.infer<typeof deliveryAnswer>;

export const retriedExample = {
  ...deliveryExample,
  nextRetryAt: '2026-11-23T20:05:40.000Z',
  updatedAt: '2026-11-23T20:05:40.000Z',
  summary: 'A retry was asked for and goes out now. Attempt 1 of 5 failed: The receiver answered 500.',
} satisfies z.infer<typeof deliveryAnswer>;

export const detailExample = {
  ...deliveryExample,
  payload: { type: 'sale.created', timestamp: AT, data: { saleId: 'S-1' } },
  responseHeaders: { 'content-type': 'text/plain' },
  responseBody: 'oops',
  responseBodyTruncated: false,
} satisfies z.infer<typeof deliveryDetailAnswer>;

export const attemptsExample = {
  data: [
    {
      attempt: 1,
      cause: 'schedule',
      isUnspent: false,
      startedAt: AT,
      endedAt: '2026-11-23T20:05:26.200Z',
      durationMs: 36,
      outcome: 'failed',
      errorClass: 'http_status',
      errorMessage: 'The receiver answered 500.',
      fault: 'receiver',
      nextAttemptAt: '2026-11-23T20:06:26.200Z',
      request: {
        method: 'POST',
        url: 'https://shop.example/hooks',
        headers: { 'content-type': 'application/json', 'webhook-id': 'd4e1217e-ae29-5d5d-b2a7-14eeda2dccf9' },
        body: `{"type":"sale.created","timestamp":"${AT}","data":{"saleId":"S-1"}}`,
      },
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      response: { statusCode: 500, headers: { 'content-type': 'text/plain' }, body: 'oops', bodyTruncated: false },
      address: '203.0.113.7',
      timings: { dnsMs: 1.2, connectMs: 8.1, tlsMs: 12.4, firstByteMs: 35.2, totalMs: 36 },
    } satisfies AttemptView,
  ],
  nextCursor: null,
};
