import type { EventType } from '../event-type.ts';
import { currency, customer, id, item, list, money, payload, text, time } from '../shapes.ts';

export const saleCreated: EventType = {
  name: 'sale.created',
  displayName: 'Sale Created',
  domain: 'sale',
  description: 'A sale was completed at a till or online.',
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
    soldAt: time,
  }),
  example: {
    saleId: 'S-20318',
    storeId: 'store-7',
    customer: { customerId: 'C-881', name: 'Ana Lopes' },
    items: [
      { sku: 'RNG-AU750-54', name: 'Solitaire ring', metal: 'gold 750', carat: 0.5, quantity: 1, unitPrice: 1290.5 },
    ],
    total: 1290.5,
    tax: 206.04,
    currency: 'EUR',
    paymentMethod: 'card',
    soldAt: '2026-03-01T10:00:00Z',
  },
};
