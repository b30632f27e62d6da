import {
  apiKeySnapshot,
  bundledMessage,
  deliveryOutcome,
  deliveryRequest,
  EVENT_TYPES,
  generationRecord,
  installationRecord,
  tenantSnapshot,
  webhookSnapshot,
} from '@signet/contracts';
import type { EventType, JsonSchema } from '@signet/contracts';
import { z } from 'zod';
import {
  bundleHeaders,
  canonicalHeaders,
  deadLetterHeaders,
  requestHeaders,
  sourceHeaders,
  structuredHeaders,
  tableHeaders,
} from './headers.ts';

export const schemaRef = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** Names of schemas; that of an event type's data is the type's own name. */
export const SCHEMAS = {
  canonicalHeaders: 'CanonicalHeaders',
  sourceHeaders: 'SourceHeaders',
  structuredHeaders: 'StructuredHeaders',
  requestHeaders: 'DeliveryRequestHeaders',
  bundleHeaders: 'DeliveryRequestBundleHeaders',
  deadLetterHeaders: 'DeadLetterHeaders',
  structuredEvent: 'StructuredEvent',
  request: 'DeliveryRequest',
  bundled: 'BundledMessage',
  outcome: 'DeliveryOutcome',
  webhook: 'Webhook',
  tenant: 'Tenant',
  apiKey: 'ApiKey',
  installation: 'Installation',
  generation: 'Generation',
  tableHeaders: 'TableHeaders',
} as const;

/** The whole CloudEvent as the value of a record, but for its data, which each type describes. */
const structuredEvent: JsonSchema = {
  title: 'CloudEvent in structured mode',
  type: 'object',
  properties: {
    specversion: { const: '1.0', description: 'Version of CloudEvents.' },
    id: { type: 'string', minLength: 1, description: 'Unique for its source: the same twice is the same message.' },
    source: { type: 'string', minLength: 1, description: 'Who sends it, as a URI reference.' },
    type: { type: 'string', description: 'Name in the event catalogue.' },
    time: { type: 'string', format: 'date-time', description: 'When it happened; else when Kafka got the record.' },
    tenantid: { type: 'string', pattern: '^[A-Za-z0-9._~-]{1,128}$', description: 'The tenant that it is about.' },
    subject: { type: 'string', description: 'Id of the object that it is about.' },
    datacontenttype: { type: 'string', description: 'JSON, or missing.' },
    traceparent: {
      type: 'string',
      description: 'W3C trace context of the event; it takes precedence over the header traceparent.',
    },
    data: { type: 'object' },
    data_base64: { type: 'string', description: 'In place of data: its JSON in base64.' },
  },
  required: ['specversion', 'id', 'source', 'type', 'tenantid'],
};

/** AsyncAPI's own schema language is based on draft 7; the schemas of the catalogue use nothing that draft 7 lacks. */
const dataSchema = ({ displayName, schema: { $schema: _, ...schema }, example, version }: EventType): JsonSchema => ({
  ...schema,
  title: `${displayName}, version ${version}`,
  examples: [example],
});

export function schemas(): Readonly<Record<string, JsonSchema>> {
  return {
    [SCHEMAS.canonicalHeaders]: canonicalHeaders,
    [SCHEMAS.sourceHeaders]: sourceHeaders,
    [SCHEMAS.structuredHeaders]: structuredHeaders,
    [SCHEMAS.requestHeaders]: requestHeaders,
    [SCHEMAS.bundleHeaders]: bundleHeaders,
    [SCHEMAS.deadLetterHeaders]: deadLetterHeaders,
    [SCHEMAS.structuredEvent]: structuredEvent,
    [SCHEMAS.request]: fromZod(deliveryRequest),
    [SCHEMAS.bundled]: fromZod(bundledMessage),
    [SCHEMAS.outcome]: fromZod(deliveryOutcome),
    [SCHEMAS.webhook]: fromZod(webhookSnapshot),
    [SCHEMAS.tenant]: fromZod(tenantSnapshot),
    [SCHEMAS.apiKey]: fromZod(apiKeySnapshot),
    [SCHEMAS.installation]: fromZod(installationRecord),
    [SCHEMAS.generation]: fromZod(generationRecord),
    [SCHEMAS.tableHeaders]: tableHeaders,
    ...Object.fromEntries(EVENT_TYPES.map((eventType) => [eventType.name, dataSchema(eventType)])),
  };
}

/** As a reader must take it: fields that are not named may be there. A format says the same as zod's pattern for it. */
function fromZod(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return json;
}
