import {
  apiKeySnapshot,
  bundleRecord,
  CE,
  canonicalHeaders,
  deliveryOutcome,
  deliveryRequest,
  GENERATION_HEADER,
  generationRecord,
  requestRecord,
  tenantSnapshot,
  webhookSnapshot,
  WIRE_FORMATS,
} from '@signet/contracts';
import type { CanonicalMessage, DeliveryRequest, FormatName } from '@signet/contracts';
import { packedRecords } from '../../apps/delivery/src/shelf/shelved-records.ts';
import type { Recorded } from './recorded.ts';

type Headers = Readonly<Record<string, string | Buffer>>;

interface Sample {
  readonly format: FormatName;
  readonly number: number;
  readonly key?: string;
  readonly value: Buffer | string;
  readonly headers?: Headers;
}

/** Records of each format in each number that this version writes, with every optional field that it knows. */
export const samples = (): Recorded[] =>
  SAMPLES.map(({ format, number, key, value, headers = {} }) => ({
    format,
    number,
    key: key ?? null,
    value: Buffer.from(value as Buffer).toString('base64'),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, Buffer.from(text as Buffer).toString('base64')]),
    ),
  }));

const example = <T>(schema: { meta(): object | undefined }): T => {
  const { examples } = schema.meta() as { examples: [T] };
  return examples[0];
};

const request = example<DeliveryRequest>(deliveryRequest);
const BODY = Buffer.from('{"type":"sale.created","timestamp":"2026-03-01T10:00:00Z","data":{ "total" : 10.50 }}');
const { webhookId, tenantId, deliveryId: _, kind: __, ...bundled } = request;
const bundle = (format: number) =>
  bundleRecord(
    { id: webhookId, tenantId, version: 7 },
    ['s-1', 's-2'].map((messageId) => ({ json: JSON.stringify({ ...bundled, messageId }), body: BODY })),
    format,
  );
const message: CanonicalMessage = {
  id: 's-1',
  source: '/pos/1',
  type: 'sale.created',
  tenantId: 'antwerp',
  time: '2026-03-01T10:00:00Z',
  subject: 'S-20318',
  data: Buffer.from('{ "total" : 10.50 }'),
} as CanonicalMessage;
const entry = (format: FormatName, schema: Parameters<typeof example>[0]): Sample => {
  const snapshot = example<{ id: string }>(schema);
  return {
    format,
    number: 1,
    key: snapshot.id,
    value: JSON.stringify(snapshot),
    headers: { [GENERATION_HEADER]: '1772359200000' },
  };
};

const SAMPLES: readonly Sample[] = [
  { format: 'requests', number: 1, ...requestRecord({ request, body: BODY }, 7) },
  ...WIRE_FORMATS['request-bundles'].reads.map((number): Sample => ({
    format: 'request-bundles',
    number,
    ...bundle(number),
  })),
  { format: 'outcomes', number: 1, key: webhookId, value: JSON.stringify(example(deliveryOutcome)) },
  {
    format: 'messages',
    number: 1,
    key: 'antwerp/S-20318',
    value: message.data,
    headers: { ...canonicalHeaders(message), [CE.contentType]: 'application/json' },
  },
  entry('webhooks', webhookSnapshot),
  entry('tenants', tenantSnapshot),
  entry('api-keys', apiKeySnapshot),
  { format: 'generations', number: 1, value: JSON.stringify(example(generationRecord)) },
  {
    format: 'shelved-requests',
    number: 1,
    value: packedRecords([
      {
        topic: 'delivery.requests.v1',
        partition: 3,
        offset: '4711',
        timestamp: 1772359200050,
        key: Buffer.from(webhookId),
        value: BODY,
        headers: { 'signet-request': Buffer.from(JSON.stringify(request)) },
      },
    ]),
  },
];
