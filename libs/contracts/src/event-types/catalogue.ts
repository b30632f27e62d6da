// Written by `npm run docs` from the folders beside it: do not edit anything except the order.
import type { EventType } from './event-type.ts';
import { customerCreated } from './shop/customer.created.ts';
import { customerUpdated } from './shop/customer.updated.ts';
import { inventoryCreated } from './shop/inventory.created.ts';
import { inventoryLowStock } from './shop/inventory.low_stock.ts';
import { inventoryUpdated } from './shop/inventory.updated.ts';
import { purchaseOrderCreated } from './shop/purchase_order.created.ts';
import { purchaseOrderReceived } from './shop/purchase_order.received.ts';
import { repairOrderCreated } from './shop/repair_order.created.ts';
import { repairOrderStatusChanged } from './shop/repair_order.status_changed.ts';
import { saleCreated } from './shop/sale.created.ts';
import { saleRefunded } from './shop/sale.refunded.ts';
import { saleUpdated } from './shop/sale.updated.ts';
import { webhookDisabled } from './signet/webhook.disabled.ts';
import { webhookFailing } from './signet/webhook.failing.ts';
import { webhookRecovered } from './signet/webhook.recovered.ts';

export const CATALOGUE: readonly EventType[] = [
  saleCreated,
  saleUpdated,
  saleRefunded,
  inventoryCreated,
  inventoryUpdated,
  inventoryLowStock,
  customerCreated,
  customerUpdated,
  repairOrderCreated,
  repairOrderStatusChanged,
  purchaseOrderCreated,
  purchaseOrderReceived,
  webhookFailing,
  webhookDisabled,
  webhookRecovered,
];
