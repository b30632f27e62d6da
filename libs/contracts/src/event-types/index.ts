import { isOwnDomain } from '../topics.ts';
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

export type { EventType, JsonSchema } from './event-type.ts';

/** The event catalogue. A new type is a file of its own and a line here. */
export const EVENT_TYPES: readonly EventType[] = [
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

const BY_NAME: ReadonlyMap<string, EventType> = new Map(EVENT_TYPES.map((eventType) => [eventType.name, eventType]));

export const EVENT_TYPE_NAMES: readonly string[] = [...BY_NAME.keys()];

/** What producers may send: every type but Signet's own. */
export const PRODUCER_EVENT_TYPES: readonly EventType[] = EVENT_TYPES.filter(({ domain }) => !isOwnDomain(domain));

/** undefined for a name that is not in the catalogue. */
export const eventTypeByName = (name: string): EventType | undefined => BY_NAME.get(name);
