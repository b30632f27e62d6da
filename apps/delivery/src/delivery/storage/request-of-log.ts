import type { DeliveryRequest } from '@signet/contracts';
import type { DeliveryRequested } from '../delivery.events.ts';

/** The request that a delivery's log begins with, as it lay on delivery.requests.v1. */
export function requestOfLog(deliveryId: string, requested: DeliveryRequested['data']): DeliveryRequest {
  const { partition: _, requestedAt: __, maxAttempts: ___, orderedAt: ____, ...request } = requested;
  return { ...request, deliveryId, acceptedAt: Date.parse(requested.acceptedAt) };
}
