import type { EventType } from '../event-type.ts';
import { id, payload, quantity, text } from '../shapes.ts';

export const inventoryLowStock: EventType = {
  name: 'inventory.low_stock',
  displayName: 'Inventory Low Stock',
  domain: 'inventory',
  description: 'The quantity of an item fell to its threshold or below.',
  version: 1,
  schema: payload('Low stock', { itemId: id, sku: text, name: text, quantity, threshold: quantity, location: text }),
  example: {
    itemId: 'I-5512',
    sku: 'RNG-AU750-54',
    name: 'Solitaire ring',
    quantity: 1,
    threshold: 2,
    location: 'vault-2',
  },
};
