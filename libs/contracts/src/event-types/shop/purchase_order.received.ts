import type { EventType } from '../event-type.ts';
import { id, item, list, object, payload, text, time } from '../shapes.ts';

export const purchaseOrderReceived: EventType = {
  name: 'purchase_order.received',
  displayName: 'Purchase Order Received',
  domain: 'purchase_order',
  description: 'Goods of a purchase order arrived.',
  version: 1,
  schema: payload('Goods received', {
    purchaseOrderId: id,
    supplier: object({ supplierId: id, name: text }),
    lines: list(item),
    receivedBy: text,
    receivedAt: time,
  }),
  example: {
    purchaseOrderId: 'PO-310',
    lines: [{ sku: 'CHN-AG925-45', quantity: 20 }],
    receivedBy: 'store-7',
    receivedAt: '2026-03-19T11:05:00Z',
  },
};
