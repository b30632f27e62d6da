// Written by `npm run docs` from the files beside it: do not edit, but for the order.
import type { EventType } from './event-type.ts';
import { customerCreated } from './customer.created.ts';
import { customerUpdated } from './customer.updated.ts';
import { inventoryCreated } from './inventory.created.ts';
import { inventoryLowStock } from './inventory.low_stock.ts';
import { inventoryUpdated } from './inventory.updated.ts';
import { purchaseOrderCreated } from './purchase_order.created.ts';
import { purchaseOrderReceived } from './purchase_order.received.ts';
import { repairOrderCreated } from './repair_order.created.ts';
import { repairOrderStatusChanged } from './repair_order.status_changed.ts';
import { saleCreated } from './sale.created.ts';
import { saleRefunded } from './sale.refunded.ts';
import { saleUpdated } from './sale.updated.ts';
import { webhookDisabled } from './webhook.disabled.ts';
import { webhookFailing } from './webhook.failing.ts';
import { webhookRecovered } from './webhook.recovered.ts';

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
