import { PRODUCER_EVENT_TYPES } from '@signet/contracts';

const [example] = PRODUCER_EVENT_TYPES;

const attribute = (description: string): object => ({ type: 'string', description });

/** A CloudEvent in structured mode, as OpenAPI shows it. */
const eventBody = {
  title: 'CloudEvent',
  type: 'object' as const,
  required: ['specversion', 'id', 'source', 'type', 'data'],
  properties: {
    specversion: { type: 'string', enum: ['1.0'] },
    id: attribute('Unique for its source: two events with the same source and id are the same message.'),
    source: attribute('Who sends it, as a URI reference.'),
    type: { type: 'string', enum: PRODUCER_EVENT_TYPES.map(({ name }) => name) },
    time: { type: 'string', format: 'date-time' },
    subject: attribute('Id of the object that it is about.'),
    tenantid: attribute('The tenant; when missing, the tenant of the API key.'),
    datacontenttype: { type: 'string', enum: ['application/json'] },
    traceparent: attribute('W3C trace context of the event; it takes precedence over the header traceparent.'),
    data: { type: 'object', description: 'The payload; see GET /v1/event-types.' },
  },
  example: { specversion: '1.0', id: 's-1', source: '/pos/1', type: example?.name, data: example?.example },
};

const batchBody = { title: 'CloudEventBatch', type: 'array' as const, items: eventBody, example: [eventBody.example] };

const result = {
  title: 'EventResult',
  type: 'object',
  required: ['status', 'id'],
  properties: {
    status: { type: 'string', enum: ['accepted', 'refused'] },
    id: { type: ['string', 'null'] },
    source: { type: 'string' },
    eventId: { type: 'string', format: 'uuid', description: 'The webhook-id that receivers see.' },
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, field: { type: 'string' }, detail: { type: 'string' } },
    },
  },
};
const results = {
  title: 'EventResults',
  type: 'object',
  required: ['accepted', 'results'],
  properties: { accepted: { type: 'integer' }, results: { type: 'array', items: result } },
};

/** Callers send it with every POST; here it has no effect, since the event's id already identifies a repeat. */
export const idempotencyKeyHeader = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'Accepted but not needed: an event that comes again is recognised by its `source` and `id` for as long as its ' +
    'deliveries are kept. So a POST may be repeated unchanged.',
  schema: { type: 'string' as const },
};

/** The header that instrumentation of HTTP clients sends. */
export const traceparentHeader = {
  name: 'traceparent',
  required: false,
  description:
    'W3C trace context for each event of the request without a valid attribute `traceparent`. An invalid header is ' +
    'ignored.',
  schema: { type: 'string' as const },
};

/** A body in each of the modes of CloudEvents over HTTP. */
export const publishBody = {
  'application/cloudevents+json': { schema: eventBody },
  'application/cloudevents-batch+json': { schema: batchBody },
  'application/json': {
    schema: {
      type: 'object' as const,
      description: 'Binary mode: the body is the payload; the attributes are in ce-… headers.',
    },
    example: example?.example,
  },
};

const eventId = 'd4e1217e-ae29-5d5d-b2a7-14eeda2dccf9';
const acceptedExample = { accepted: 1, results: [{ status: 'accepted', id: 's-1', source: '/pos/1', eventId }] };
const refusal = { code: 'unknown_tenant', field: 'tenantid', detail: 'There is no such tenant.' };

export const acceptedResponse = {
  status: 202,
  description: 'Kafka has stored every event.',
  content: { 'application/json': { schema: results, example: acceptedExample } },
};
export const multiStatusResponse = {
  status: 207,
  description: 'Kafka has stored the accepted events; the others broke a rule.',
  content: {
    'application/json': {
      schema: results,
      example: { accepted: 1, results: [...acceptedExample.results, { status: 'refused', id: 's-2', error: refusal }] },
    },
  },
};
