import type { EventType } from '../event-type.ts';
import { id, list, payload, text } from '../shapes.ts';

export const customerUpdated: EventType = {
  name: 'customer.updated',
  displayName: 'Customer Updated',
  domain: 'customer',
  description: 'A customer was changed.',
  version: 1,
  schema: payload('Customer', {
    customerId: id,
    name: text,
    email: text,
    phone: text,
    loyaltyTier: text,
    changedFields: list(text),
  }),
  example: { customerId: 'C-881', email: 'ana.lopes@example.com', changedFields: ['email'] },
};
