import type { EventType } from '../event-type.ts';
import { currency, customer, id, item, list, money, payload, text, time } from '../shapes.ts';

export const saleUpdated: EventType = {
  name: 'sale.updated',
  displayName: 'Sale Updated',
  domain: 'sale',
  description: 'A sale was changed after it was completed.',
  version: 1,
  schema: payload('Sale', {
    saleId: id,
    storeId: id,
    customer,
    items: list(item),
    total: money,
    tax: money,
    currency,
    paymentMethod: text,
    changedFields: list(text),
    soldAt: time,
  }),
  example: {
    saleId: 'S-20318',
    storeId: 'store-7',
    total: 1240.5,
    currency: 'EUR',
    changedFields: ['total'],
    soldAt: '2026-03-01T10:00:00Z',
  },
};
