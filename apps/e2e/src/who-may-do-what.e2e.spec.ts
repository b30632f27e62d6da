import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import { Api, saleCreated } from './support/api.ts';
import type { Delivery, Webhook } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const SERVICES = ['registry', 'ingestion', 'delivery'] as const;

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

let signet: Signet;
let local: LocalFile;
let operator: Api;
let owner: Party;
let stranger: Party;
let webhook: Webhook;
let delivery: Delivery;
let replay: { readonly id: string };
let job: { readonly id: string };

interface Party {
  readonly id: string;
  readonly keyId: string;
  readonly api: Api;
  readonly producer: Api;
}

beforeAll(async () => {
  signet = await Signet.start();
  local = await signet.local();
  operator = Api.operator(local);
  [owner, stranger] = [await newParty('Owner'), await newParty('Stranger')];
  webhook = await owner.api.register(`http://127.0.0.1:${await freePort()}/`, { maxAttempts: 1 });
  await owner.producer.publish(owner.id, 'sale-1');
  [delivery] = await waitFor(
    async () => {
      const failed = await owner.api.deliveries({ webhookId: webhook.id, status: 'FAILED' });
      return failed.length > 0 && (failed as [Delivery]);
    },
    { what: 'a delivery of the owner' },
  );
  const since = new Date(Date.now() - 60_000).toISOString();
  replay = await owner.api.call('POST', '/v1/replays', { webhookId: webhook.id, since, status: 'all' });
  // It selects nothing, so that the deliveries stay as they are.
  job = await owner.api.call('POST', '/v1/deliveries/jobs', { action: 'delete', since, status: 'SUCCESS' });
});
afterAll(() => signet?.stopAndForget(), 60_000);

async function newKey(tenantId: string, role: 'tenant' | 'producer'): Promise<{ id: string; api: Api }> {
  const body = { name: role, role };
  const { id, key } = await operator.call<{ id: string; key: string }>(
    'POST',
    `/v1/tenants/${tenantId}/api-keys`,
    body,
  );
  return { id, api: new Api(local.url, key) };
}

async function newParty(name: string): Promise<Party> {
  const { id } = await operator.call<{ id: string }>('POST', '/v1/tenants', { name });
  const [{ id: keyId, api }, { api: producer }] = [await newKey(id, 'tenant'), await newKey(id, 'producer')];
  await untilKnown(api, producer);
  return { id, keyId, api, producer };
}

/** Waits until all services know a key, which they learn of over Kafka. */
const untilKnown = (tenant: Api, producer: Api): Promise<unknown> =>
  waitFor(
    async () => {
      const statuses = await Promise.all([
        tenant.status('GET', '/v1/webhooks'),
        tenant.status('GET', '/v1/deliveries'),
        producer.status('POST', '/v1/events', [], 'application/cloudevents-batch+json'),
      ]);
      return !statuses.includes(401);
    },
    { what: 'the keys to be known' },
  );

describe('two tenants cannot see or touch anything of each other', () => {
  interface Operation {
    readonly method: string;
    readonly template: string;
  }

  /**
   * Every operation of every service whose path has an id; read from the OpenAPI documents, so that no new one is
   * forgotten.
   */
  async function operations(): Promise<Operation[]> {
    const documents = await Promise.all(
      SERVICES.map(async (service) => {
        const answer = await fetch(`http://127.0.0.1:${local.services[service].port}/openapi.json`);
        return (await answer.json()) as { paths: Record<string, object> };
      }),
    );
    return documents.flatMap(({ paths }) =>
      Object.entries(paths).flatMap(([template, methods]) =>
        Object.keys(methods).map((method) => ({ method: method.toUpperCase(), template })),
      ),
    );
  }

  /** An id of the owner, by the segment of the path before it. */
  const foreignId = (template: string): string => {
    const ids: Record<string, string> = {
      '/v1/webhooks': webhook.id,
      '/v1/circuits': webhook.id,
      '/v1/tenants': owner.id,
      '/v1/api-keys': owner.keyId,
      '/v1/deliveries/jobs': job.id,
      '/v1/deliveries': delivery.id,
      '/v1/replays': replay.id,
    };
    const [, found] = Object.entries(ids).find(([prefix]) => template.startsWith(prefix)) ?? [];
    if (found === undefined) throw new Error(`This test knows no id for ${template}.`);
    return found;
  };
  /** Bodies that the operation would accept, so that a refusal can only come from the missing right. */
  const BODIES: Record<string, object> = {
    'PATCH /v1/webhooks/{id}': { name: 'Mine now' },
    'PATCH /v1/tenants/{id}': { alertEmail: 'me@shop.example' },
    'POST /v1/webhooks/{id}/test': { eventType: 'sale.created' },
    'POST /v1/tenants/{tenantId}/api-keys': { name: 'Mine', role: 'tenant' },
  };
  const everythingOfTheOwner = async (): Promise<unknown> => ({
    webhook: await owner.api.webhook(webhook.id),
    secret: await owner.api.call('GET', `/v1/webhooks/${webhook.id}/secret`),
    history: await owner.api.call('GET', `/v1/webhooks/${webhook.id}/history`),
    deliveries: await owner.api.deliveries({}),
    keys: await operator.call('GET', `/v1/tenants/${owner.id}/api-keys`),
    tenant: await operator.call('GET', `/v1/tenants/${owner.id}`),
  });

  test("by any id in any path: another tenant's resource gets the answer for one that does not exist, and stays unchanged", async () => {
    const named = (await operations()).filter(({ template }) => template.includes('{'));
    expect(named.length).toBeGreaterThan(20);
    await waitFor(
      async () => (await owner.api.call<{ state: string }>('GET', `/v1/replays/${replay.id}`)).state !== 'running',
      {
        what: 'the replay to end',
      },
    );
    await waitFor(async () => (await owner.api.deliveries({})).every(({ status }) => status === 'FAILED'), {
      what: 'nothing to be under way',
    });
    // The registry learns of each failure on its own, and the replayed one is the second.
    await waitFor(async () => (await owner.api.webhook(webhook.id)).consecutiveFailures === 2, {
      what: 'the failures to be counted',
    });
    const before = await everythingOfTheOwner();
    for (const { method, template } of named) {
      const path = (id: string): string => template.replaceAll(/\{\w+\}/g, id);
      const body = BODIES[`${method} ${template}`];
      const foreign = await stranger.api.problem(method, path(foreignId(template)), body);
      const unknown = await stranger.api.problem(method, path(UNKNOWN_ID), body);
      expect({ method, template, ...foreign }).toEqual({ method, template, ...unknown });
      expect([403, 404]).toContain(foreign.status);
    }
    expect(await everythingOfTheOwner()).toEqual(before);
  });

  test('by any list, with any filter', async () => {
    const lists = [
      '/v1/webhooks?',
      `/v1/webhooks?tenantId=${owner.id}`,
      `/v1/webhooks?q=${encodeURIComponent(String(webhook['name']))}`,
      '/v1/deliveries?',
      `/v1/deliveries?webhookId=${webhook.id}`,
      `/v1/deliveries?eventId=${String(delivery['eventId'])}`,
      '/v1/deliveries?q=sale',
      '/v1/replays?',
      `/v1/replays?webhookId=${webhook.id}`,
      '/v1/circuits?',
      '/v1/failures?',
      '/v1/deliveries/jobs?',
      `/v1/failures?webhookId=${webhook.id}`,
      ...['deliveries', 'replays', 'circuits', 'failures', 'deliveries/jobs'].map(
        (list) => `/v1/${list}?tenantId=${owner.id}`,
      ),
    ];
    for (const list of lists) {
      const { data } = await stranger.api.call<{ data: unknown[] }>('GET', list);
      expect({ list, data }).toEqual({ list, data: [] });
    }
    for (const query of [`webhookId=${webhook.id}`, 'groupBy=webhook&range=30d']) {
      const { total, groups } = await stranger.api.call<{ total: { deliveries: number }; groups: unknown[] }>(
        'GET',
        `/v1/statistics?${query}`,
      );
      expect({ query, deliveries: total.deliveries, groups }).toEqual({ query, deliveries: 0, groups: [] });
    }
    const known = [
      '/v1/webhooks',
      '/v1/deliveries',
      '/v1/replays',
      '/v1/circuits',
      '/v1/failures',
      '/v1/statistics',
      '/v1/deliveries/jobs',
    ];
    const forTenants = (await operations()).filter(
      ({ method, template }) =>
        method === 'GET' && !template.includes('{') && !/tenants|api-keys|event-types|enablings|session/.test(template),
    );
    expect(forTenants.map(({ template }) => template).toSorted()).toEqual(known.toSorted());
    for (const list of ['/v1/tenants', '/v1/api-keys', '/v1/webhooks/enablings'])
      expect(await stranger.api.status('GET', list)).toBe(403);
  });

  test('by any id in a body', async () => {
    const since = new Date(Date.now() - 60_000).toISOString();
    const hook = { name: 'Mine', url: 'https://shop.example/', events: ['sale.created'], tenantId: owner.id };
    const replayed = { webhookId: webhook.id, since, status: 'all' };
    const limited = { name: 'Mine', role: 'producer', tenants: [owner.id] };
    const refusals: [as: Api, path: string, body: object, status: number][] = [
      [stranger.api, '/v1/webhooks', hook, 422],
      [stranger.api, '/v1/replays', replayed, 404],
      [stranger.api, '/v1/replays?preview=true', replayed, 404],
      [stranger.api, '/v1/deliveries/jobs', { action: 'delete', since, status: 'FAILED', tenantId: owner.id }, 422],
      [stranger.api, '/v1/api-keys', limited, 403],
      [stranger.api, `/v1/tenants/${stranger.id}/api-keys`, limited, 403],
    ];
    for (const [as, path, body, status] of refusals)
      expect({ path, status: await as.status('POST', path, body) }).toEqual({ path, status });
    const event = saleCreated(owner.id, 'not-mine');
    const type = 'application/cloudevents+json';
    expect(await stranger.producer.problem('POST', '/v1/events', event, type)).toMatchObject({
      status: 403,
      code: 'tenant_not_allowed',
    });
    expect(await owner.api.problem('POST', '/v1/events', event, type)).toMatchObject({ code: 'role_not_allowed' });
  });
});

test('a revoked key is refused by every service as soon as the revocation has come over Kafka', async () => {
  const { id: tenantId } = await operator.call<{ id: string }>('POST', '/v1/tenants', { name: 'Leaving' });
  const [tenant, producer] = [await newKey(tenantId, 'tenant'), await newKey(tenantId, 'producer')];
  await untilKnown(tenant.api, producer.api);
  await operator.call('DELETE', `/v1/api-keys/${tenant.id}`);
  await operator.call('DELETE', `/v1/api-keys/${producer.id}`);
  const event = saleCreated(tenantId, 'late');
  for (const [service, ask] of [
    ['registry', () => tenant.api.status('GET', '/v1/webhooks')],
    ['delivery', () => tenant.api.status('GET', '/v1/deliveries')],
    ['ingestion', () => producer.api.status('POST', '/v1/events', event, 'application/cloudevents+json')],
  ] as const)
    await waitFor(async () => (await ask()) === 401, { what: `${service} to refuse it` });
});

test('a session is accepted by every service, changes nothing for other sites, and ends with its key within five seconds', async () => {
  const { id, key } = await operator.call<{ id: string; key: string }>('POST', '/v1/api-keys', {
    name: 'Of a browser',
    role: 'operator',
  });
  const signedIn = await fetch(`${local.url}/v1/session`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const browse = async (method: string, path: string, fetchSite: string): Promise<number> => {
    const isPost = method === 'POST';
    const headers = {
      ...{ cookie, 'sec-fetch-site': fetchSite },
      ...(isPost && { 'content-type': 'application/cloudevents-batch+json' }),
    };
    return (await fetch(local.url + path, { method, headers, ...(isPost && { body: '[]' }) })).status;
  };
  const services = [
    ['registry', 'GET', '/v1/webhooks', 200],
    ['delivery', 'GET', '/v1/deliveries', 200],
    ['ingestion', 'POST', '/v1/events', 202],
  ] as const;
  const everyService = (answers: (accepted: number) => number, timeoutMs?: number) =>
    Promise.all(
      services.map(([service, method, path, accepted]) =>
        waitFor(async () => (await browse(method, path, 'same-origin')) === answers(accepted), {
          what: `${service} to answer ${answers(accepted)}`,
          ...(timeoutMs !== undefined && { timeoutMs }),
        }),
      ),
    );
  await everyService((accepted) => accepted);
  expect(await browse('POST', '/v1/events', 'cross-site')).toBe(403);
  expect(await browse('DELETE', '/v1/session', 'cross-site')).toBe(403);
  expect(await browse('DELETE', `/v1/deliveries/${UNKNOWN_ID}`, 'same-site')).toBe(403);
  await operator.call('DELETE', `/v1/api-keys/${id}`);
  await everyService(() => 401, 5_000);
});

test.each([
  ['registry', 'GET', '/v1/webhooks', 'tenantKey'],
  ['delivery', 'GET', '/v1/deliveries', 'tenantKey'],
  ['ingestion', 'POST', '/v1/events', 'producerKey'],
] as const)('%s says what is left of the limit of a key', async (_service, method, path, key) => {
  const answer = await fetch(local.url + path, {
    method,
    headers: { authorization: `Bearer ${local[key]}`, 'content-type': 'application/cloudevents-batch+json' },
    ...(method === 'POST' && { body: '[]' }),
  });
  expect(answer.headers.get('ratelimit-policy')).toMatch(/^"key";q=\d+;w=10$/);
  expect(answer.headers.get('ratelimit')).toMatch(/^"key";r=\d+;t=\d+$/);
});
