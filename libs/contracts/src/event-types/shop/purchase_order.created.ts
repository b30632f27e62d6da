import type { EventType } from '../event-type.ts';
import { currency, id, item, list, money, object, payload, text, time } from '../shapes.ts';

export const purchaseOrderCreated: EventType = {
  name: 'purchase_order.created',
  displayName: 'Purchase Order Created',
  domain: 'purchase_order',
  description: 'An order was placed with a supplier.',
  version: 1,
  schema: payload('Purchase order', {
    purchaseOrderId: id,
    supplier: object({ supplierId: id, name: text }),
    lines: list(item),
    total: money,
    currency,
    expectedAt: time,
  }),
  example: {
    purchaseOrderId: 'PO-310',
    supplier: { supplierId: 'SUP-4', name: 'Aurum Lda' },
    lines: [{ sku: 'CHN-AG925-45', name: 'Silver chain', quantity: 20, unitPrice: 18.9 }],
    total: 378,
    currency: 'EUR',
    expectedAt: '2026-03-20T00:00:00Z',
  },
};
