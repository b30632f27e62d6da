import {
  apiKeySnapshot,
  bundleRecord,
  canonicalHeaders,
  canonicalKey,
  canonicalTopic,
  CE,
  DELIVERY_DEAD_LETTER,
  DELIVERY_OUTCOMES,
  DELIVERY_REQUESTS,
  deliveryOutcome,
  deliveryRequest,
  EVENT_TYPES,
  GENERATION_HEADER,
  generationKey,
  generationRecord,
  installationKey,
  installationRecord,
  INGESTION_DEAD_LETTER,
  PRODUCER_EVENT_TYPES,
  REGISTRY_API_KEYS,
  REGISTRY_DEAD_LETTER,
  REGISTRY_TENANTS,
  REGISTRY_WEBHOOKS,
  requestRecord,
  tenantSnapshot,
  webhookBody,
  webhookSnapshot,
} from '@signet/contracts';
import type { DeliveryRequest, EventType, JsonSchema } from '@signet/contracts';
import { DEAD_LETTER } from '@signet/kafka';
import type { z } from 'zod';
import { schemaRef, SCHEMAS } from './schemas.ts';

/** A Message Object of AsyncAPI, as far as we use it. */
export interface Message {
  readonly title: string;
  readonly summary: string;
  readonly contentType: string;
  readonly headers?: JsonSchema;
  readonly payload: JsonSchema;
  readonly key: string;
  readonly example: Readonly<{ headers?: object; payload?: unknown }>;
}

/** Which messages lie on a topic, by name. */
export type MessagesOf = Readonly<Record<string, Message>>;

const JSON_TYPE = 'application/json';
const STRUCTURED_TYPE = 'application/cloudevents+json';
const AT = '2026-03-01T10:00:00Z';

const ofDomain = (types: readonly EventType[], domain: string) => types.filter((type) => type.domain === domain);

/** Narrows headers to those of one event type. */
const headersOf = (schema: string, type: string): JsonSchema => ({
  allOf: [schemaRef(schema), { type: 'object', properties: { [CE.type]: { const: type } } }],
});

const exampleMessage = ({ name, example }: EventType) => ({
  id: 's-1',
  source: '/pos/1',
  type: name,
  time: AT,
  subject: String(Object.values(example)[0]),
  tenantId: 'antwerp',
  traceparent: undefined,
  data: Buffer.from(JSON.stringify(example)),
});

function canonical(eventType: EventType): Message {
  const { name, displayName, description, example } = eventType;
  const message = exampleMessage(eventType);
  return {
    title: displayName,
    summary: description,
    contentType: JSON_TYPE,
    headers: headersOf(SCHEMAS.canonicalHeaders, name),
    payload: schemaRef(name),
    key: `tenantid/subject, or tenantid/id without a subject, such as ${canonicalKey(message)}.`,
    example: { headers: canonicalHeaders(message), payload: example },
  };
}

const SOURCE_KEY = "The producer's own; a good one is the subject.";

function binary(eventType: EventType): Message {
  const { name, displayName, description, example } = eventType;
  const { [CE.time]: _, ...headers } = canonicalHeaders(exampleMessage(eventType));
  return {
    title: `${displayName}, binary mode`,
    summary: description,
    contentType: JSON_TYPE,
    headers: headersOf(SCHEMAS.sourceHeaders, name),
    payload: schemaRef(name),
    key: SOURCE_KEY,
    example: { headers, payload: example },
  };
}

function structured(eventType: EventType): Message {
  const { name, displayName, description, example } = eventType;
  const { id, source, type, time, subject, tenantId: tenantid } = exampleMessage(eventType);
  const ofType = { type: 'object', properties: { type: { const: name }, data: schemaRef(name) } };
  return {
    title: `${displayName}, structured mode`,
    summary: description,
    contentType: STRUCTURED_TYPE,
    headers: schemaRef(SCHEMAS.structuredHeaders),
    payload: { allOf: [schemaRef(SCHEMAS.structuredEvent), ofType] },
    key: SOURCE_KEY,
    example: {
      headers: { [CE.contentType]: STRUCTURED_TYPE },
      payload: { specversion: '1.0', id, source, type, time, subject, tenantid, data: example },
    },
  };
}

/** What producers of a domain write onto a source topic, in either mode. */
export const sourceMessages = (domain: string): MessagesOf =>
  Object.fromEntries(
    ofDomain(PRODUCER_EVENT_TYPES, domain).flatMap((eventType) => [
      [`${eventType.name}.binary`, binary(eventType)],
      [`${eventType.name}.structured`, structured(eventType)],
    ]),
  );

const canonicalMessages = (domain: string): MessagesOf =>
  Object.fromEntries(ofDomain(EVENT_TYPES, domain).map((eventType) => [eventType.name, canonical(eventType)]));

/** JSON that a zod schema describes, its example with it. */
function described(schema: z.ZodType, name: string, key: string): Message {
  const { title = name, description = '', examples } = schema.meta() ?? {};
  const [payload] = (examples ?? []) as unknown[];
  return {
    title,
    summary: description,
    contentType: JSON_TYPE,
    payload: schemaRef(name),
    key,
    example: { payload },
  };
}

const tombstone = (title: string, key: string): Message => ({
  title,
  summary: 'A tombstone: a record without a value.',
  contentType: JSON_TYPE,
  payload: { type: 'null' },
  key,
  example: { payload: null },
});

const WEBHOOK_BODY: JsonSchema = {
  type: 'object',
  properties: {
    type: { type: 'string', description: 'Name in the event catalogue.' },
    timestamp: { type: 'string', format: 'date-time', description: "The message's time." },
    data: { description: "The producer's own bytes." },
  },
  required: ['type', 'timestamp', 'data'],
};

function deliveryRequestMessage(): Message {
  const [request] = deliveryRequest.meta()?.examples as [DeliveryRequest];
  const { headers, value } = requestRecord({ request, body: exampleBody(request) });
  return {
    title: 'Delivery request',
    summary: 'The body of the requests, as Standard Webhooks has it; which delivery it is for says the header.',
    contentType: JSON_TYPE,
    headers: schemaRef(SCHEMAS.requestHeaders),
    payload: WEBHOOK_BODY,
    key: 'Id of the webhook.',
    example: { headers, payload: JSON.parse(String(value)) },
  };
}

function deliveryRequestBundle(): Message {
  const [request] = deliveryRequest.meta()?.examples as [DeliveryRequest];
  const { webhookId, tenantId, deliveryId: _, kind: __, ...message } = request;
  const one = { json: JSON.stringify(message), body: exampleBody(request) };
  const { headers, value } = bundleRecord({ id: webhookId, tenantId, version: 7 }, [one, one]);
  return {
    title: 'Delivery requests of a webhook',
    summary:
      'The bodies of up to 64 messages for one webhook that were routed together; which they are say the headers. Of what has an order to keep each message is a request by itself.',
    contentType: JSON_TYPE,
    headers: schemaRef(SCHEMAS.bundleHeaders),
    payload: { type: 'array', items: WEBHOOK_BODY, minItems: 1 },
    key: 'Id of the webhook.',
    example: { headers, payload: JSON.parse(String(value)) },
  };
}

function exampleBody({ messageTime: time }: DeliveryRequest): Buffer {
  const [{ name: type, example }] = EVENT_TYPES as [EventType];
  return webhookBody({ type, time, data: Buffer.from(JSON.stringify(example)) });
}

const deadLetter = (service: string, from: string): Message => ({
  title: 'Dead letter',
  summary: 'A record that was set aside: key, value and headers as they were, and the reason in more headers.',
  contentType: 'application/octet-stream',
  headers: schemaRef(SCHEMAS.deadLetterHeaders),
  payload: { description: 'The original bytes; null where the record had none, or where they were too large.' },
  key: 'That of the record.',
  example: {
    headers: {
      [DEAD_LETTER.reason]: 'invalid_data',
      [DEAD_LETTER.field]: 'data.total',
      [DEAD_LETTER.detail]: 'data.total must be number,null.',
      [DEAD_LETTER.topic]: from,
      [DEAD_LETTER.partition]: '0',
      [DEAD_LETTER.offset]: '4711',
      [DEAD_LETTER.timestamp]: String(Date.parse(AT)),
      [DEAD_LETTER.at]: AT,
      [DEAD_LETTER.service]: service,
    },
    payload: '{"total": []}',
  },
});

/** An entry of a table. */
const entry = (message: Message): Message => ({
  ...message,
  headers: schemaRef(SCHEMAS.tableHeaders),
  example: { ...message.example, headers: { [GENERATION_HEADER]: '1772359200000' } },
});

/** On each of the compacted topics. */
const aboutTopic: MessagesOf = {
  installation: described(
    installationRecord,
    SCHEMAS.installation,
    `${installationKey('')} and the name of the installation.`,
  ),
  generation: described(
    generationRecord,
    SCHEMAS.generation,
    `As that of the installation, and :generation, such as ${generationKey('shop-production')}.`,
  ),
};

/** The messages of each topic that Signet owns. */
export function messagesByTopic(): Readonly<Record<string, MessagesOf>> {
  const domains = [...new Set(EVENT_TYPES.map(({ domain }) => domain))];
  return {
    ...Object.fromEntries(domains.map((domain) => [canonicalTopic(domain), canonicalMessages(domain)])),
    [INGESTION_DEAD_LETTER]: { 'ingestion.dead-letter': deadLetter('ingestion', 'shop.sale') },
    [DELIVERY_REQUESTS]: {
      'delivery.request': deliveryRequestMessage(),
      'delivery.request-bundle': deliveryRequestBundle(),
    },
    [DELIVERY_OUTCOMES]: { 'delivery.outcome': described(deliveryOutcome, SCHEMAS.outcome, 'Id of the webhook.') },
    [DELIVERY_DEAD_LETTER]: { 'delivery.dead-letter': deadLetter('delivery', canonicalTopic('sale')) },
    [REGISTRY_WEBHOOKS]: {
      webhook: entry(described(webhookSnapshot, SCHEMAS.webhook, 'Id of the webhook.')),
      'webhook.deleted': entry(tombstone('Webhook deleted', 'Id of the webhook.')),
      ...aboutTopic,
    },
    [REGISTRY_TENANTS]: {
      tenant: entry(described(tenantSnapshot, SCHEMAS.tenant, 'Id of the tenant.')),
      ...aboutTopic,
    },
    [REGISTRY_API_KEYS]: {
      'api-key': entry(described(apiKeySnapshot, SCHEMAS.apiKey, 'Id of the key.')),
      'api-key.revoked': entry(tombstone('API key revoked', 'Id of the key.')),
      ...aboutTopic,
    },
    [REGISTRY_DEAD_LETTER]: { 'registry.dead-letter': deadLetter('registry', DELIVERY_OUTCOMES) },
  };
}
