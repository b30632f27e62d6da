import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type * as api from './types.ts';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
type Document = {
  components: { schemas: Record<string, Schema> };
  paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, { schema: Schema }> }> }>>;
};

const documentOf = (service: string): Document =>
  JSON.parse(readFileSync(new URL(`../../../../docs/openapi/${service}.json`, import.meta.url), 'utf8')) as Document;
const documents = { registry: documentOf('registry'), delivery: documentOf('delivery') };

/** The fields in the answer of an operation; for a list, the fields of its items. */
function fieldsOf(service: keyof typeof documents, operation: string): string[] {
  const [method = '', path = '', status = '200'] = operation.split(' ');
  const answer = documents[service].paths[path]?.[method.toLowerCase()]?.responses[status];
  const { schemas } = documents[service].components;
  const followed = (schema?: Schema): Schema | undefined =>
    schema?.$ref === undefined ? schema : schemas[schema.$ref.slice('#/components/schemas/'.length)];
  const schema = followed(Object.values(answer?.content ?? {})[0]?.schema);
  const plain = followed(schema?.anyOf?.[0]) ?? schema;
  const one = followed(plain?.properties?.['data']?.items) ?? plain;
  return Object.keys(one?.properties ?? {}).toSorted();
}

/** The compiler checks that these are all fields of the type and no others. */
type Fields<T> = Readonly<Record<keyof T, true>>;
const webhook: Fields<api.Webhook> = {
  id: true,
  tenantId: true,
  tenantName: true,
  name: true,
  description: true,
  url: true,
  events: true,
  eventNames: true,
  isActive: true,
  disabledReason: true,
  disabledDetail: true,
  disabledAt: true,
  consecutiveFailures: true,
  alertedAt: true,
  headers: true,
  maxAttempts: true,
  requestTimeoutMs: true,
  rateLimitPerSecond: true,
  ordering: true,
  legacySignatureHeader: true,
  clientCertificate: true,
  summary: true,
  createdBy: true,
  createdAt: true,
  updatedAt: true,
  version: true,
  lastSuccessAt: true,
  lastFailureAt: true,
};
const delivery: Fields<api.Delivery> = {
  id: true,
  tenantId: true,
  webhookId: true,
  webhookName: true,
  eventType: true,
  eventId: true,
  messageId: true,
  source: true,
  subject: true,
  repeats: true,
  status: true,
  attemptCount: true,
  unspentAttempts: true,
  maxAttempts: true,
  nextRetryAt: true,
  heldUntil: true,
  responseStatusCode: true,
  errorClass: true,
  errorMessage: true,
  endReason: true,
  signature: true,
  sentAt: true,
  completedAt: true,
  durationMs: true,
  createdAt: true,
  updatedAt: true,
  isTest: true,
  isReplay: true,
  summary: true,
};
const detail: Fields<api.DeliveryDetail> = {
  ...delivery,
  payload: true,
  responseHeaders: true,
  responseBody: true,
  responseBodyTruncated: true,
};
const attempt: Fields<api.Attempt> = {
  attempt: true,
  cause: true,
  isUnspent: true,
  startedAt: true,
  endedAt: true,
  durationMs: true,
  outcome: true,
  errorClass: true,
  errorMessage: true,
  fault: true,
  nextAttemptAt: true,
  owner: true,
  epoch: true,
  request: true,
  signature: true,
  response: true,
  address: true,
  timings: true,
};
const replay: Fields<api.Replay> = {
  id: true,
  tenantId: true,
  webhookId: true,
  since: true,
  until: true,
  status: true,
  state: true,
  total: true,
  requested: true,
  reason: true,
  createdBy: true,
  createdAt: true,
  updatedAt: true,
  completedAt: true,
};
const circuit: Fields<api.Circuit> = {
  webhookId: true,
  tenantId: true,
  state: true,
  openings: true,
  openedAt: true,
  nextProbeAt: true,
};
const tenant: Fields<api.Tenant> = {
  id: true,
  name: true,
  alertEmail: true,
  alertEmailWarning: true,
  status: true,
  suspendedDetail: true,
  createdAt: true,
  updatedAt: true,
  version: true,
};
const apiKey: Fields<api.ApiKey> = {
  id: true,
  tenantId: true,
  name: true,
  role: true,
  eventTypes: true,
  tenants: true,
  prefix: true,
  createdBy: true,
  createdAt: true,
};
const historyEntry: Fields<api.HistoryEntry> = {
  version: true,
  type: true,
  summary: true,
  at: true,
  actor: true,
  data: true,
};
const eventType: Fields<api.EventType> = {
  name: true,
  displayName: true,
  domain: true,
  description: true,
  version: true,
  schema: true,
  example: true,
};
const secrets: Fields<api.Secrets> = { secret: true, former: true };
const rotated: Fields<api.RotatedSecret> = { secret: true, overlapUntil: true };
const preview: Fields<api.ReplayPreview> = {
  webhookId: true,
  since: true,
  until: true,
  status: true,
  count: true,
  isExact: true,
};

test.each([
  ['registry', 'GET /v1/webhooks', webhook],
  ['registry', 'GET /v1/webhooks/{id}', webhook],
  ['registry', 'POST /v1/webhooks 201', { ...webhook, secret: true }],
  ['registry', 'GET /v1/webhooks/{id}/secret', secrets],
  ['registry', 'POST /v1/webhooks/{id}/secret/rotate', rotated],
  ['registry', 'GET /v1/webhooks/{id}/history', historyEntry],
  ['registry', 'GET /v1/tenants/{id}/history', historyEntry],
  ['registry', 'GET /v1/event-types', eventType],
  ['registry', 'GET /v1/tenants/{id}', tenant],
  ['registry', 'GET /v1/api-keys/current', apiKey],
  ['registry', 'POST /v1/api-keys 201', { ...apiKey, key: true }],
  ['delivery', 'GET /v1/deliveries', delivery],
  ['delivery', 'GET /v1/deliveries/{id}', detail],
  ['delivery', 'GET /v1/deliveries/{id}/attempts', attempt],
  ['delivery', 'GET /v1/replays', replay],
  ['delivery', 'POST /v1/replays 200', preview],
  ['delivery', 'GET /v1/circuits/{webhookId}', circuit],
] as const)('%s: %s answers what the console believes', (service, operation, fields) => {
  expect(fieldsOf(service, operation)).toEqual(Object.keys(fields).toSorted());
});
