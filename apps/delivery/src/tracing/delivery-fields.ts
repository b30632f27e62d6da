import { traceFields } from '@signet/service-kit';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';

/** What a log line about a delivery says of it: the trace is that of its attempt, else the producer's. */
export const deliveryFields = ({ id, webhookId, row, span, spanContext, traceparent }: DeliveryTask) => ({
  deliveryId: id,
  webhookId,
  tenantId: row?.tenantId,
  ...traceFields(span.traceparent ?? spanContext ?? traceparent),
});
