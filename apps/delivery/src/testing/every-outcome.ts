import { ABANDON_REASONS, deliveryIdOf, ERROR_CLASSES, EVENT_TYPE_NAMES, newId } from '@signet/contracts';
import type { AttemptResult } from '../delivery/delivery.decider.ts';
import { DeliveryTask } from '../scheduler/delivery-task.ts';
import type { DeliveryMetrics } from '../metrics/delivery-metrics.ts';

type ErrorClass = (typeof ERROR_CLASSES)[number];

/** Counts in the metrics every kind of outcome for every event type, each for another webhook of another tenant. */
export function countEveryOutcome(metrics: DeliveryMetrics): void {
  for (const type of EVENT_TYPE_NAMES) {
    for (const status of [200, 204]) attempted(metrics, type, status, null);
    for (const status of [301, 400, 404, 410, 429, 500, 503, 999])
      for (const errorClass of ['http_status', 'redirect', 'throttled', 'gone'] as const)
        attempted(metrics, type, status, errorClass);
    for (const errorClass of ERROR_CLASSES) attempted(metrics, type, null, errorClass);
  }
  for (const to of ['open', 'half_open', 'closed'] as const) metrics.circuitChanged(to);
  for (const reason of ['not_a_delivery_request', 'body_not_utf8', 'handler_error']) metrics.deadLettered(reason);
  metrics.fannedOut(1, 10_000);
}

function attempted(
  metrics: DeliveryMetrics,
  eventType: string,
  statusCode: number | null,
  errorClass: ErrorClass | null,
): void {
  const webhookId = newId();
  const message = { source: '/test', id: newId() };
  const deliveryId = deliveryIdOf(webhookId, message);
  const now = new Date();
  const task = DeliveryTask.requested(
    {
      ...{ deliveryId, webhookId, tenantId: newId(), eventId: newId(), eventType, source: message.source },
      ...{ messageId: message.id, messageTime: now.toISOString(), acceptedAt: now.getTime(), kind: 'message' },
    },
    Buffer.from('{}'),
    { partition: 0, epoch: 1, owner: 'test', takenAt: 0, isTakenOver: true, readTo: 0n },
    1,
    now,
  );
  const failure = errorClass && { errorClass, errorMessage: webhookId, fault: 'receiver' as const };
  const facts = { attempt: 1, durationMs: 5, startedAt: now.toISOString(), response: statusCode && { statusCode } };
  metrics.attempted(task, { facts, failure } as unknown as AttemptResult);
  for (const reason of ABANDON_REASONS) metrics.abandoned(task, reason);
}
