import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const list = async (query: string) => (await tenant.call('GET', `/v1/webhooks${query}`)).json;
const ids = async (query: string): Promise<string[]> => (await list(query)).data.map(({ id }) => id);

test('pages are the newest first and stay stable while webhooks are added', async () => {
  const made: string[] = [];
  for (let count = 0; count < 7; count++) made.unshift((await tenant.newWebhook()).id);
  const first = await list('?limit=3');
  expect(first.data.map(({ id }) => id)).toEqual(made.slice(0, 3));
  await tenant.newWebhook();
  const second = await list(`?limit=3&cursor=${first.nextCursor}`);
  expect(second.data.map(({ id }) => id)).toEqual(made.slice(3, 6));
  await tenant.newWebhook();
  const third = await list(`?limit=3&cursor=${second.nextCursor}`);
  expect(third.data.map(({ id }) => id)).toEqual(made.slice(6));
  expect(third.nextCursor).toBeNull();
});

describe('filters', () => {
  let own: TestTenant;
  let sale: string;
  let stock: string;
  beforeAll(async () => {
    own = await registry.newTenant();
    tenant = own;
    sale = (await own.newWebhook({ name: 'Sales 100%', description: 'for_the Till' })).id;
    stock = (
      await own.newWebhook({ name: 'Stock', url: 'https://Stock.example/a%C3%A9', events: ['inventory.created'] })
    ).id;
    await own.call('POST', `/v1/webhooks/${stock}/disable`);
  });

  test.each([
    ['?active=true', () => [sale]],
    ['?active=false', () => [stock]],
    ['?event=inventory.created', () => [stock]],
    ['?event=customer.created', () => []],
    ['?q=sTOCK', () => [stock]],
    ['?q=stock.EXAMPLE', () => [stock]],
    ['?q=100%25', () => [sale]],
    ['?q=0%25S', () => []],
    ['?q=for_the', () => [sale]],
    ['?q=forXthe', () => []],
    ['?createdAfter=2001-01-01T00:00:00Z', () => [stock, sale]],
    ['?createdBefore=2001-01-01T00:00:00Z', () => []],
    ['?lastFailureAfter=2001-01-01T00:00:00Z', () => []],
    ['?active=true&q=stock', () => []],
  ])('%s', async (query, expected) => expect(await ids(query)).toEqual(expected()));

  test('by last success and last failure', async () => {
    const outcomes = registry.outcomesOf({ id: sale, tenantId: own.id });
    await outcomes.succeed();
    const success = outcomes.lastEndedAt;
    await outcomes.fail();
    await waitFor(async () => (await ids('?lastFailureAfter=2001-01-01T00:00:00Z')).length === 1, {
      what: 'a failure',
    });
    expect(await ids(`?lastSuccessAfter=2001-01-01T00:00:00Z&lastSuccessBefore=${outcomes.lastEndedAt}`)).toEqual([
      sale,
    ]);
    expect(await ids(`?lastSuccessAfter=${success}`)).toEqual([sale]);
    expect(await ids(`?lastSuccessBefore=${success}`)).toEqual([]);
    expect(await ids(`?lastFailureBefore=${outcomes.lastEndedAt}`)).toEqual([]);
  });

  test('an operator searches by tenant, too', async () => {
    const found = await registry.call('GET', `/v1/webhooks?q=${encodeURIComponent(own.name.toUpperCase())}`);
    expect(found.json.data.map(({ id }) => id)).toEqual([stock, sale]);
    // Within one tenant, a search for the tenant's name would find all webhooks or none, so it is not done.
    const within = await registry.call('GET', `/v1/webhooks?tenantId=${own.id}&q=${encodeURIComponent(own.name)}`);
    expect(within.json.data).toEqual([]);
  });

  test('over all tenants with three characters or more', async () => {
    const answer = await registry.call('GET', '/v1/webhooks?q=st');
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'q' }] } });
    expect((await registry.call('GET', `/v1/webhooks?q=st&tenantId=${own.id}`)).json.data).toHaveLength(1);
  });

  test.each([
    ['?limit=0', 'limit'],
    ['?limit=201', 'limit'],
    ['?cursor=nonsense', 'cursor'],
    ['?active=perhaps', 'active'],
    ['?createdAfter=yesterday', 'createdAfter'],
    ['?q=', 'q'],
    ['?colour=red', 'colour'],
  ])('%s is refused, naming %s', async (query, field) => {
    const answer = await tenant.call('GET', `/v1/webhooks${query}`);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.json)).toContain(field);
  });
});
