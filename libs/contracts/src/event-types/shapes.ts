import type { JsonSchema } from './event-type.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The payload of an event type. Producers change independently of Signet, so unknown fields are allowed and no field is required.
 * The schema refuses only fields of a wrong type or value.
 */
export const payload = (title: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  $schema: DIALECT,
  title,
  type: 'object',
  properties,
});

export const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: ['object', 'null'],
  properties,
});

export const list = (items: JsonSchema): JsonSchema => ({ type: ['array', 'null'], items });

export const text: JsonSchema = { type: ['string', 'null'] };

/** Ids are the producer's own: numbers and strings both occur. */
export const id: JsonSchema = { type: ['string', 'integer'], description: "The sender's own id." };

export const money: JsonSchema = {
  anyOf: [{ type: ['number', 'null'] }, { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$' }],
  description: 'A decimal number, as a string where the sender keeps every digit.',
};

export const quantity: JsonSchema = { type: ['number', 'null'] };

export const currency: JsonSchema = {
  type: ['string', 'null'],
  pattern: '^[A-Z]{3}$',
  description: 'Code of ISO 4217, such as EUR.',
};

export const time: JsonSchema = { type: ['string', 'null'], description: 'A time as in RFC 3339.' };

export const customer = object({ customerId: id, name: text, email: text });
export const item = object({ sku: text, name: text, metal: text, carat: quantity, quantity, unitPrice: money });

/** A failed attempt in an alert. `statusCode` is null if there was no answer. */
export const failure = object({
  deliveryId: id,
  attempt: quantity,
  statusCode: quantity,
  errorClass: text,
  endedAt: time,
});
