import { traceFields } from '@signet/service-kit';
import type { DeliveryTask } from '../scheduler/delivery-task.ts';

/** The fields of a delivery in a log line. The trace is that of its attempt, otherwise the producer's. */
export const deliveryFields = ({ id, webhookId, row, span, spanContext, traceparent }: DeliveryTask) => ({
  deliveryId: id,
  webhookId,
  tenantId: row?.tenantId,
  ...traceFields(span.traceparent ?? spanContext ?? traceparent),
});
