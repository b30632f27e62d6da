import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import { disabledWebhooks } from './testing/disabled-webhooks.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

const PATH = '/v1/webhooks/enablings';
let registry: TestRegistry;
let tenant: TestTenant;
let database: pg.Client;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  database = new pg.Client({ connectionString: registry.database.url });
  await database.connect();
}, 60_000);
afterAll(async () => {
  await database.end();
  await registry.stop();
});
beforeEach(() => database.query('drop trigger if exists in_the_way on registry.events'));

/** Each test uses a day of its own, in which its disabled webhooks lie. */
let days = 0;
async function disabled(count: number) {
  const at = (hour: number) => new Date(Date.UTC(2026, 1, 1 + days, hour));
  days += 1;
  const ids = await disabledWebhooks(registry, { tenantId: tenant.id, count, reason: 'failing', since: at(11) });
  return { ids, range: { disabledAfter: at(10).toISOString(), disabledBefore: at(12).toISOString() } };
}
const stateOf = async (id: string) => (await registry.call('GET', `${PATH}/${id}`)).json;
const start = async (body: object): Promise<string> => (await registry.call('POST', PATH, { body })).json.id;
const ended = (id: string) =>
  waitFor(async () => (await stateOf(id))['state'] === 'completed', { what: 'the job to be done' });

/** From now on PostgreSQL refuses each event of one webhook with this SQLSTATE. The sequence counts the refusals. */
async function refuse(webhookId: string, sqlState: string): Promise<void> {
  await database.query(`
    create sequence if not exists registry.refusals;
    create or replace function registry.refuse() returns trigger language plpgsql as $$
      begin
        perform nextval('registry.refusals');
        raise exception 'of a test' using errcode = '${sqlState}';
      end $$;
    create trigger in_the_way before insert on registry.events for each row
      when (new.stream_id = 'webhook:${webhookId}') execute function registry.refuse()`);
}
const refusals = async (): Promise<number> => {
  const { rows } = await database.query<{ count: number }>(
    'select case when is_called then last_value else 0 end::int as count from registry.refusals',
  );
  return rows[0]!.count;
};

test.each([
  ['a lock', '55P03'],
  ['a deadlock', '40P01'],
  ['a time-out', '57014'],
])('%s in the way of one webhook is no failure: the step is repeated, and other jobs go on', async (_, sqlState) => {
  const { ids, range } = await disabled(3);
  await refuse(ids[1]!, sqlState);
  const before = await refusals();
  const id = await start(range);
  await waitFor(async () => (await refusals()) > before, { what: 'the first step to fail' });

  const later = await start((await disabled(1)).range);
  await ended(later);
  expect(await stateOf(later)).toMatchObject({ enabled: 1 });
  const meanwhile = await refusals();
  await waitFor(async () => (await refusals()) > meanwhile, { what: 'the step to be repeated' });
  expect(await stateOf(id)).toMatchObject({ state: 'running', enabled: 0, failed: 0, failures: [] });

  await database.query('drop trigger in_the_way on registry.events');
  await ended(id);
  expect(await stateOf(id)).toMatchObject({ total: 3, enabled: 3, failed: 0, failures: [] });
});

test('an operator cancels one that is running; it enables nothing more', async () => {
  const { ids, range } = await disabled(2);
  await refuse(ids[1]!, '55P03');
  const id = await start(range);
  const path = `${PATH}/${id}`;
  expect(await tenant.call('DELETE', path)).toMatchObject({ status: 403, json: { code: 'role_not_allowed' } });
  expect((await registry.call('DELETE', path)).status).toBe(204);
  expect(await stateOf(id)).toMatchObject({ state: 'cancelled', enabled: 0, completedAt: expect.any(String) });
  // A second cancellation changes nothing.
  expect((await registry.call('DELETE', path)).status).toBe(204);

  await database.query('drop trigger in_the_way on registry.events');
  // Jobs take turns: when the second of these two has ended, the cancelled job would have had its turn.
  await ended(await start((await disabled(1)).range));
  await ended(await start((await disabled(1)).range));
  expect(await stateOf(id)).toMatchObject({ state: 'cancelled', enabled: 0 });
  for (const webhookId of ids)
    expect((await registry.call('GET', `/v1/webhooks/${webhookId}`)).json.isActive).toBe(false);
});

test('cancelling a job that has ended or does not exist is refused with the reason', async () => {
  const id = await start((await disabled(1)).range);
  await ended(id);
  expect(await registry.call('DELETE', `${PATH}/${id}`)).toMatchObject({
    status: 409,
    json: { code: 'enabling_ended' },
  });
  const missing = { status: 404, json: { code: 'enabling_not_found' } };
  expect(await registry.call('DELETE', `${PATH}/${newId()}`)).toMatchObject(missing);
  expect(await registry.call('DELETE', `${PATH}/nonsense`)).toMatchObject(missing);
});
