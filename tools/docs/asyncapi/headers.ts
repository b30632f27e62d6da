import {
  BODY_LENGTHS_HEADER,
  COUNT_HEADER,
  FORMAT_HEADER,
  CE,
  GENERATION_HEADER,
  MESSAGES_HEADER,
  REQUEST_HEADER,
  TENANT_HEADER,
  WEBHOOK_VERSION_HEADER,
} from '@signet/contracts';
import type { JsonSchema } from '@signet/contracts';
import { DEAD_LETTER } from '@signet/kafka';

/** Kafka headers are bytes; all of Signet's are text in UTF-8. */
const text = (description: string, more: JsonSchema = {}): JsonSchema => ({ type: 'string', ...more, description });

const ATTRIBUTES: Readonly<Record<string, JsonSchema>> = {
  [CE.specversion]: text('Version of CloudEvents.', { const: '1.0' }),
  [CE.id]: text('Unique for its source: the same source and id twice is the same message.', { minLength: 1 }),
  [CE.source]: text('Who sends it, as a URI reference.', { minLength: 1 }),
  [CE.type]: text('Name in the event catalogue.', { minLength: 1 }),
  [CE.time]: text('When it happened, as in RFC 3339.', { format: 'date-time' }),
  [CE.tenantId]: text('The tenant that it is about.', { pattern: '^[A-Za-z0-9._~-]{1,128}$' }),
  [CE.subject]: text('Id of the object that it is about.'),
  [CE.traceparent]: text('W3C trace context of the producer, passed on unchanged.'),
};

/** The W3C header itself, as instrumentation of Kafka clients writes it; a value that cannot be parsed is ignored. */
const CARRIER_TRACEPARENT = text('W3C trace context, for an event that has none of its own that can be read.');

/** What ingestion writes, and a trusted service must write. */
export const canonicalHeaders: JsonSchema = {
  title: 'CloudEvent of a canonical topic',
  description: 'Attributes of a CloudEvent 1.0 in binary mode.',
  type: 'object',
  properties: {
    ...ATTRIBUTES,
    [CE.contentType]: text('What the value is.', { const: 'application/json' }),
    traceparent: text("W3C trace context of Signet's own span, where it traces."),
  },
  required: [CE.specversion, CE.id, CE.source, CE.type, CE.time, CE.tenantId],
};

/** What a producer writes onto a source topic in binary mode. */
export const sourceHeaders: JsonSchema = {
  title: 'CloudEvent of a source topic',
  description: 'Attributes of a CloudEvent 1.0 in binary mode. Without a time it happened when Kafka got the record.',
  type: 'object',
  properties: {
    ...ATTRIBUTES,
    [CE.contentType]: text('JSON, or missing.', { pattern: '^application/([a-z0-9.+-]+\\+)?json' }),
    [CE.traceparent]: text('W3C trace context of the event; it takes precedence over the header traceparent.'),
    traceparent: CARRIER_TRACEPARENT,
  },
  required: [CE.specversion, CE.id, CE.source, CE.type, CE.tenantId],
};

const WEBHOOK_VERSION = text(
  "Version of the webhook's snapshot that the sender had read: a reader that still takes the webhook for disabled waits until it has read it, too. Missing in older records.",
  { pattern: '^[0-9]+$' },
);

export const structuredHeaders: JsonSchema = {
  title: 'Structured mode',
  type: 'object',
  properties: {
    [CE.contentType]: text('Says that the value is the whole CloudEvent.', {
      pattern: '^[aA]pplication/[cC]loud[eE]vents\\+json',
    }),
    traceparent: CARRIER_TRACEPARENT,
  },
  required: [CE.contentType],
};

export const requestHeaders: JsonSchema = {
  type: 'object',
  properties: {
    [REQUEST_HEADER]: text('Which delivery the body is for, as JSON.', {
      contentMediaType: 'application/json',
      contentSchema: { $ref: '#/components/schemas/DeliveryRequest' },
    }),
    [WEBHOOK_VERSION_HEADER]: WEBHOOK_VERSION,
  },
  required: [REQUEST_HEADER],
};

export const bundleHeaders: JsonSchema = {
  type: 'object',
  properties: {
    [TENANT_HEADER]: text('The tenant of the webhook and of the messages.'),
    [MESSAGES_HEADER]: text('Which messages the bodies are of, as JSON.', {
      contentMediaType: 'application/json',
      contentSchema: { type: 'array', items: { $ref: '#/components/schemas/BundledMessage' }, minItems: 1 },
    }),
    [BODY_LENGTHS_HEADER]: text(
      'The length of each body in bytes, with commas between. Missing in format 2: each message has a `bodyLength` then.',
      { pattern: '^[0-9]+(,[0-9]+)*$' },
    ),
    [FORMAT_HEADER]: text('2, or missing: 1.', { enum: ['2'] }),
    [COUNT_HEADER]: text('In format 2: how many messages there are.', { pattern: '^[0-9]{1,2}$' }),
    [WEBHOOK_VERSION_HEADER]: WEBHOOK_VERSION,
  },
  required: [TENANT_HEADER, MESSAGES_HEADER],
};

export const tableHeaders: JsonSchema = {
  title: 'Entry of a table',
  type: 'object',
  properties: {
    [GENERATION_HEADER]: text(
      'Generation of the table that the record belongs to. Of two generations the higher counts, whatever the version. Missing in older records.',
      { pattern: '^[0-9]{1,15}$' },
    ),
  },
};

const OF_DEAD_LETTERS: Readonly<Record<keyof typeof DEAD_LETTER, JsonSchema>> = {
  reason: text('Why, as a stable code.'),
  field: text('The attribute, header or path at fault, where there is one.'),
  detail: text('Why, as a sentence.'),
  topic: text('Where the record came from.'),
  partition: text('Its partition there.', { pattern: '^\\d+$' }),
  offset: text('Its offset there.', { pattern: '^\\d+$' }),
  timestamp: text('Its time there, milliseconds since the epoch.', { pattern: '^\\d+$' }),
  at: text('When it was set aside.', { format: 'date-time' }),
  omitted: text('Only where the value was too large to be kept: its length in bytes.', { pattern: '^\\d+$' }),
  service: text('Which service set it aside.', { enum: ['registry', 'ingestion', 'delivery'] }),
};

const OPTIONAL: readonly string[] = [DEAD_LETTER.field, DEAD_LETTER.omitted];

/** The original headers, and why the record was set aside. */
export const deadLetterHeaders: JsonSchema = {
  title: 'Dead letter',
  description: 'The headers of the record as they were, and these.',
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(OF_DEAD_LETTERS).map(([what, schema]) => [DEAD_LETTER[what as keyof typeof DEAD_LETTER], schema]),
  ),
  required: Object.values(DEAD_LETTER).filter((name) => !OPTIONAL.includes(name)),
};
