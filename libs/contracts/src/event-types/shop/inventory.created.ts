import type { EventType } from '../event-type.ts';
import { currency, id, money, payload, quantity, text } from '../shapes.ts';

export const inventoryCreated: EventType = {
  name: 'inventory.created',
  displayName: 'Inventory Item Created',
  domain: 'inventory',
  description: 'An item was added to the inventory.',
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
  }),
  example: {
    itemId: 'I-5512',
    sku: 'RNG-AU750-54',
    name: 'Solitaire ring',
    metal: 'gold 750',
    carat: 0.5,
    quantity: 4,
    unitPrice: 1290.5,
    currency: 'EUR',
    location: 'vault-2',
  },
};
