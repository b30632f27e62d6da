import type { EventType } from '../event-type.ts';
import { id, payload, text } from '../shapes.ts';

export const customerCreated: EventType = {
  name: 'customer.created',
  displayName: 'Customer Created',
  domain: 'customer',
  description: 'A customer was registered.',
  version: 1,
  schema: payload('Customer', { customerId: id, name: text, email: text, phone: text, loyaltyTier: text }),
  example: {
    customerId: 'C-881',
    name: 'Ana Lopes',
    email: 'ana@example.com',
    phone: '+351 210 000 000',
    loyaltyTier: 'gold',
  },
};
