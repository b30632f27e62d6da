import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningService } from '@signet/service-kit';
import { Gate, waitFor } from '@signet/testing';
import type { Asked } from './testing/answers.ts';
import { ask } from './testing/answers.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
let gate: Gate;
let replica: RunningService;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  gate = await Gate.to(registry.database.url);
  replica = await registry.replica({ SIGNET_DATABASE_URL: gate.url });
});
afterAll(async () => {
  await registry.stop();
  await gate.close();
});

const call = (method: string, path: string, asked: Asked = {}) =>
  ask(replica.url + path, method, { key: tenant.key, ...asked });
const body = { name: 'Orders', url: 'https://shop.example/hook', events: ['sale.created'] };

test('while PostgreSQL is away callers get 503 with a Retry-After, and the registry works again when it is back', async () => {
  const { id } = (await call('POST', '/v1/webhooks', { body })).json;
  await gate.close();
  const keyed = { body, headers: { 'idempotency-key': crypto.randomUUID() } };
  const requests: [method: string, path: string, asked?: Asked][] = [
    ['GET', '/v1/webhooks'],
    ['GET', `/v1/webhooks/${id}`],
    ['PATCH', `/v1/webhooks/${id}`, { body: { name: 'Changed' } }],
    ['POST', '/v1/webhooks', keyed],
    ['GET', '/v1/webhooks', { key: 'sgn_t_unknown' }],
  ];
  for (const [method, path, asked] of requests) {
    const answer = await call(method, path, asked);
    expect({ method, path, status: answer.status, code: answer.json['code'] }).toEqual({
      method,
      path,
      status: 503,
      code: 'unavailable',
    });
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  expect((await fetch(`${replica.managementUrl}/livez`)).status).toBe(200);
  expect((await fetch(`${replica.managementUrl}/readyz`)).status).toBe(503);

  await gate.open();
  await waitFor(async () => (await call('GET', '/v1/webhooks')).status === 200, { what: 'the registry to go on' });
  expect((await call('POST', '/v1/webhooks', keyed)).status).toBe(201);
  expect((await call('GET', `/v1/webhooks/${id}`)).json.name).toBe('Orders');
});
