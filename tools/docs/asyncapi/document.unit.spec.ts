import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { DELIVERY_OUTCOMES, EVENT_TYPES, PRODUCER_EVENT_TYPES, TOPICS } from '@signet/contracts';
import { AsyncApi } from '@signet/testing';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { ROOT } from '../../dev/settings.ts';

/** AsyncAPI's own schema of its documents. */
const SPECIFICATION = 'node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json';
const api = AsyncApi.read();
const { channels, components } = api.document;
const SOURCES = ['shop.sale', 'shop.inventory', 'shop.customer', 'shop.repair_order', 'shop.purchase_order'];

test('the document is AsyncAPI 3.0', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(readFileSync(join(ROOT, SPECIFICATION), 'utf8')) as object);
  validate(api.document);
  expect(validate.errors).toBeNull();
  expect(validate({ ...api.document, info: {} })).toBe(false);
});

test('every topic is a channel that says what lies on it, who sends it and who reads it', () => {
  expect(Object.keys(channels).toSorted()).toEqual([...SOURCES, ...TOPICS.map(({ name }) => name)].toSorted());
  for (const topic of Object.keys(channels)) {
    expect({ topic, messages: api.messagesOf(topic).length }).toEqual({ topic, messages: expect.any(Number) });
    expect(api.messagesOf(topic).length).toBeGreaterThan(0);
    expect(channels[topic]).toMatchObject({
      address: topic,
      description: expect.stringMatching(/Key: .+ Sent by .+; read by .+\.$/),
      bindings: { kafka: { topic } },
    });
  }
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(api.document).matchAll(/"\$ref":"(.*?)"/g)].map(
    ([, reference = '']) => reference,
  );
  const at = (reference: string): unknown =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], api.document);
  expect(references.filter((reference) => at(reference) === undefined)).toEqual([]);
});

test('a producer finds its event types on the source topic of their domain in both modes, and where they go', () => {
  for (const { name, domain } of PRODUCER_EVENT_TYPES)
    expect(api.messagesOf(`shop.${domain}`)).toEqual(expect.arrayContaining([`${name}.binary`, `${name}.structured`]));
  for (const { name, domain } of EVENT_TYPES) expect(api.messagesOf(`ingestion.${domain}.v1`)).toContain(name);
});

test.each(Object.entries(components.messages))(
  '%s: its example fits it, and no other message of its topic',
  (name, message) => {
    const [example] = message.examples;
    expect(example).toBeDefined();
    expect(api.faults(name, 'headers', example?.headers ?? {})).toEqual([]);
    expect(api.faults(name, 'payload', example?.payload)).toEqual([]);
    for (const topic of Object.keys(channels).filter((channel) => api.messagesOf(channel).includes(name))) {
      const headers = Object.fromEntries(
        Object.entries(example?.headers ?? {}).map(([header, text]) => [header, Buffer.from(String(text))]),
      );
      const value = example?.payload === null ? null : Buffer.from(JSON.stringify(example?.payload));
      expect(api.judge({ topic, headers, value })).toEqual({ message: name });
    }
  },
);

test('a value that contradicts a schema is found, also in the JSON of a header', () => {
  const [outcome] = components.messages['delivery.outcome']?.examples ?? [];
  expect(api.faults('delivery.outcome', 'payload', { ...(outcome?.payload as object), attempt: -1 })).toEqual([
    'payload/attempt must be >= 0',
  ]);
  expect(api.faults('delivery.request', 'headers', { 'signet-request': '{"deliveryId":"x"}' })).not.toEqual([]);
  expect(api.faults('sale.created', 'payload', { total: [] })).not.toEqual([]);
});

test('delivery.outcomes.v1 is marked as the contract that anybody may consume, and its every field is explained', () => {
  expect(channels[DELIVERY_OUTCOMES]).toMatchObject({
    tags: [{ name: 'public contract' }],
    'x-signet-stability': 'public',
    'x-signet-read-by': ['registry', 'anybody'],
  });
  const { properties } = components.schemas['DeliveryOutcome'] as {
    properties: Record<string, { description?: string }>;
  };
  const unexplained = Object.keys(properties).filter((field) => !properties[field]?.description);
  expect(unexplained).toEqual([]);
});
