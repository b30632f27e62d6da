import type { EventType } from '../event-type.ts';
import { currency, id, item, list, money, payload, text, time } from '../shapes.ts';

export const saleRefunded: EventType = {
  name: 'sale.refunded',
  displayName: 'Sale Refunded',
  domain: 'sale',
  description: 'A sale was refunded, in part or as a whole.',
  version: 1,
  schema: payload('Refund', {
    saleId: id,
    refundId: id,
    amount: money,
    currency,
    items: list(item),
    reason: text,
    refundedAt: time,
  }),
  example: {
    saleId: 'S-20318',
    refundId: 'R-102',
    amount: 1290.5,
    currency: 'EUR',
    reason: 'Wrong size',
    refundedAt: '2026-03-03T15:20:00Z',
  },
};
