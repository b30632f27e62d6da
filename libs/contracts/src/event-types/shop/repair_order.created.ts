import type { EventType } from '../event-type.ts';
import { currency, customer, id, money, payload, text, time } from '../shapes.ts';

export const repairOrderCreated: EventType = {
  name: 'repair_order.created',
  displayName: 'Repair Order Created',
  domain: 'repair_order',
  description: 'A piece was taken in for repair.',
  version: 1,
  schema: payload('Repair order', {
    repairOrderId: id,
    customer,
    piece: text,
    work: text,
    status: text,
    estimate: money,
    currency,
    dueAt: time,
  }),
  example: {
    repairOrderId: 'RO-77',
    customer: { customerId: 'C-881', name: 'Ana Lopes' },
    piece: 'Gold bracelet',
    work: 'Replace the clasp',
    status: 'received',
    estimate: 85,
    currency: 'EUR',
    dueAt: '2026-03-12T17:00:00Z',
  },
};
