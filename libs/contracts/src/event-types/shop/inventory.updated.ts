import type { EventType } from '../event-type.ts';
import { currency, id, list, money, payload, quantity, text } from '../shapes.ts';

export const inventoryUpdated: EventType = {
  name: 'inventory.updated',
  displayName: 'Inventory Item Updated',
  domain: 'inventory',
  description: 'An item of the inventory was changed.',
  version: 1,
  schema: payload('Inventory item', {
    itemId: id,
    sku: text,
    name: text,
    metal: text,
    carat: quantity,
    quantity,
    unitPrice: money,
    currency,
    location: text,
    changedFields: list(text),
  }),
  example: { itemId: 'I-5512', sku: 'RNG-AU750-54', quantity: 3, changedFields: ['quantity'] },
};
