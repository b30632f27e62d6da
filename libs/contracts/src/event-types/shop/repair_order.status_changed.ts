import type { EventType } from '../event-type.ts';
import { id, payload, text, time } from '../shapes.ts';

export const repairOrderStatusChanged: EventType = {
  name: 'repair_order.status_changed',
  displayName: 'Repair Order Status Changed',
  domain: 'repair_order',
  description: 'A repair order reached another status.',
  version: 1,
  schema: payload('Repair order status', {
    repairOrderId: id,
    previousStatus: text,
    status: text,
    note: text,
    changedAt: time,
  }),
  example: {
    repairOrderId: 'RO-77',
    previousStatus: 'received',
    status: 'in_progress',
    changedAt: '2026-03-04T09:30:00Z',
  },
};
