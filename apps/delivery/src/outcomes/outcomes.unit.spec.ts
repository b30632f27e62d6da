import { expect, test } from '@jest/globals';
import { ABANDON_REASONS, deliveryOutcome } from '@signet/contracts';
import { outcomesOf } from './outcomes.ts';

const logged = {
  deliveryId: '7d1f7c1e-58a8-5b0e-8a07-3c5a3f9f6f02',
  webhookId: '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11',
  tenantId: 'tenant-1',
  eventId: 'a3d9c9c2-7ef6-5d0c-9a39-6d0a52ba3a10',
  messageId: 's-1',
  source: '/pos/1',
  subject: null,
  eventType: 'sale.created',
  kind: 'message',
} as const;
const abandonedAt = '2026-03-01T10:00:00.000Z';

test.each(ABANDON_REASONS)('a delivery that is abandoned (%s) is an outcome that names the reason', (reason) => {
  const events = [{ type: 'DeliveryAbandoned', data: { reason, abandonedAt, attemptCount: 0 } }] as const;
  const [outcome, ...more] = outcomesOf({ ...logged, events });
  expect(more).toEqual([]);
  expect(deliveryOutcome.parse(outcome)).toEqual({
    ...logged,
    attempt: 0,
    outcome: 'failed',
    deliveryStatus: 'FAILED',
    startedAt: abandonedAt,
    endedAt: abandonedAt,
    statusCode: null,
    errorClass: reason,
    fault: 'none',
    nextAttemptAt: null,
  });
});

test('a request is no outcome', () =>
  expect(
    outcomesOf({
      ...logged,
      events: [{ type: 'DeliveryRetryRequested', data: { requestedBy: 'key', requestedAt: abandonedAt } }],
    }),
  ).toEqual([]));
