import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, REGISTRY_WEBHOOKS } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import pg from 'pg';
import { disabledWebhooks } from './testing/disabled-webhooks.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { recordsOn } from './testing/records-on-kafka.ts';

const PATH = '/v1/webhooks/enablings';
const PREVIEW = `${PATH}?preview=true`;
let registry: TestRegistry;
let [one, other] = [] as unknown as [TestTenant, TestTenant];
let database: pg.Client;
beforeAll(async () => {
  registry = await startRegistry();
  [one, other] = [await registry.newTenant(), await registry.newTenant()];
  database = new pg.Client({ connectionString: registry.database.url });
  await database.connect();
}, 60_000);
afterAll(async () => {
  await database.end();
  await registry.stop();
});

/** Each test uses a day of its own, so that the webhooks of other tests are outside its range. */
let days = 0;
function newDay() {
  const at = (hour: number) => new Date(Date.UTC(2026, 1, 1 + days, hour));
  days += 1;
  const range = { disabledAfter: at(10).toISOString(), disabledBefore: at(12).toISOString() };
  return { before: at(9), begin: at(10), within: at(11), end: at(12), range };
}
const disabled = (of: TestTenant, since: Date, reason: 'failing' | 'gone' | 'manual' = 'failing', count = 1) =>
  disabledWebhooks(registry, { tenantId: of.id, count, reason, since });

async function ended(id: string) {
  let json: Record<string, unknown> = {};
  await waitFor(
    async () => {
      ({ json } = await registry.call('GET', `${PATH}/${id}`));
      return json['state'] === 'completed';
    },
    { what: 'the job to be done' },
  );
  return json;
}
const areActive = async (ids: readonly string[]): Promise<boolean[]> => {
  const { rows } = await database.query<{ id: string; is_active: boolean }>(
    'select id, is_active from registry.webhooks where id = any($1)',
    [ids],
  );
  return ids.map((id) => rows.find((row) => row.id === id)?.is_active ?? false);
};
const enablingsOf = async (ids: readonly string[]): Promise<number> => {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int from registry.events where type = 'WebhookEnabled' and stream_id = any($1)`,
    [ids.map((id) => `webhook:${id}`)],
  );
  return rows[0]!.count;
};

test('webhooks that were disabled automatically within the range are previewed, and then enabled', async () => {
  const { before, begin, within, end, range } = newDay();
  const [meant] = await disabled(one, begin);
  const [gone] = await disabled(other, within, 'gone');
  const left = [
    ...(await disabled(one, before)),
    ...(await disabled(one, end)),
    ...(await disabled(one, within, 'manual')),
  ];
  const body = { ...range, reason: 'NAT was down', replay: 'missed' };

  const preview = await registry.call('POST', PREVIEW, { body });
  expect(preview).toMatchObject({ status: 200, json: { ...body, count: 2, tenants: 2, tenantId: null } });
  expect(preview.json['sample']).toMatchObject([
    { id: meant, tenantId: one.id, disabledReason: 'failing', name: 'Orders', disabledAt: begin.toISOString() },
    { id: gone, tenantId: other.id, disabledReason: 'gone' },
  ]);
  for (const [more, count] of [
    [{ disabledReason: 'gone' }, 1],
    [{ tenantId: one.id }, 1],
    [{ tenantId: one.id, disabledReason: 'gone' }, 0],
  ] as const) {
    expect((await registry.call('POST', PREVIEW, { body: { ...body, ...more } })).json.count).toBe(count);
  }
  expect(await areActive([meant!, gone!, ...left])).toEqual([false, false, false, false, false]);

  const created = await registry.call('POST', PATH, { body });
  expect(created).toMatchObject({ status: 201, json: { ...body, total: 2 } });
  expect(created.headers.get('location')).toBe(`${PATH}/${created.json.id}`);
  expect(await ended(created.json.id)).toMatchObject({ total: 2, enabled: 2, failed: 0, failures: [] });
  expect(await areActive([meant!, gone!, ...left])).toEqual([true, true, false, false, false]);

  // The history of each webhook says who enabled it, why, and whether a replay follows.
  const [latest] = (await one.call('GET', `/v1/webhooks/${meant}/history`)).json.data;
  expect(latest).toMatchObject({
    type: 'WebhookEnabled',
    actor: expect.stringContaining('Operator of the test'),
    summary: expect.stringMatching(/^Enabled together with others \(NAT was down\); .* since 2026-.* is replayed\.$/),
    data: { together: { enablingId: created.json.id, reason: 'NAT was down' } },
  });
  await waitFor(
    async () => {
      const snapshot = (await recordsOn(REGISTRY_WEBHOOKS)).get(meant!);
      return JSON.stringify(snapshot).includes('"isActive":true');
    },
    { what: 'delivery to be told' },
  );
  expect((await recordsOn(REGISTRY_WEBHOOKS)).get(meant!)).toMatchObject({
    replayMissed: { since: begin.toISOString() },
  });
  expect((await registry.call('GET', PATH)).json.data[0]).toMatchObject({ id: created.json.id, state: 'completed' });
  expect((await registry.call('GET', `${PATH}?tenantId=${one.id}`)).json.data).toEqual([]);
  const ofOne = await registry.call('POST', PATH, { body: { ...range, tenantId: one.id } });
  expect((await registry.call('GET', `${PATH}?tenantId=${one.id}`)).json.data).toMatchObject([
    { id: ofOne.json.id, tenantId: one.id },
  ]);
});

test('a webhook that cannot be enabled does not stop the others, and is named', async () => {
  const { within, range } = newDay();
  const ids = await disabled(one, within, 'failing', 5);
  // The relay has published the webhook, and need not read its stream again.
  await waitFor(async () => (await recordsOn(REGISTRY_WEBHOOKS)).has(ids[4]!), { what: 'the relay' });
  await database.query(`update registry.events set data = 'null' where type = 'WebhookDisabled' and stream_id = $1`, [
    `webhook:${ids[2]}`,
  ]);
  const { json } = await registry.call('POST', PATH, { body: range });
  expect(await ended(json.id)).toMatchObject({
    total: 5,
    enabled: 4,
    failed: 1,
    failures: [{ webhookId: ids[2], code: 'not_enabled' }],
  });
  expect(await areActive(ids)).toEqual([true, true, false, true, true]);
});

test('with a replay, webhooks of a suspended tenant are left out and named; without one they are enabled', async () => {
  const { within, range } = newDay();
  const suspended = await registry.newTenant();
  const ids = [...(await disabled(suspended, within)), ...(await disabled(one, within))];
  await registry.call('POST', `/v1/tenants/${suspended.id}/suspend`);
  const replaying = await registry.call('POST', PATH, { body: { ...range, replay: 'missed' } });
  expect(await ended(replaying.json.id)).toMatchObject({
    enabled: 1,
    failures: [{ webhookId: ids[0], code: 'tenant_suspended' }],
  });
  expect(await areActive(ids)).toEqual([false, true]);
  const plain = await registry.call('POST', PATH, { body: range });
  expect(await ended(plain.json.id)).toMatchObject({ total: 1, enabled: 1, failed: 0 });
  expect(await areActive(ids)).toEqual([true, true]);
});

test('the same Idempotency-Key starts one job; another job later enables nothing twice', async () => {
  const { within, range } = newDay();
  const ids = await disabled(one, within, 'failing', 3);
  const asked = { body: range, headers: { 'idempotency-key': newId() } };
  const first = await registry.call('POST', PATH, asked);
  const again = await registry.call('POST', PATH, asked);
  expect(again).toMatchObject({ status: 201, json: { id: first.json.id } });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  await ended(first.json.id);
  // Disabled again, after the range: a repeated request does not enable it again.
  const path = `/v1/webhooks/${ids[0]}`;
  await registry.outcomesOf({ id: ids[0]!, tenantId: one.id }).fail({
    startingIn: 60_000,
    statusCode: 410,
    errorClass: 'gone',
  });
  await waitFor(async () => !(await one.call('GET', path)).json.isActive, { what: 'it to be disabled again' });
  const { json } = await registry.call('POST', PATH, { body: range });
  expect(await ended(json.id)).toMatchObject({ total: 0, enabled: 0 });
  expect(await areActive(ids)).toEqual([false, true, true]);
  expect(await enablingsOf(ids)).toBe(3);
});

test('hundreds are enabled once each, by any replica; the job of a dead replica is continued', async () => {
  const { within, range } = newDay();
  await registry.replica();
  const ids = await disabled(one, within, 'failing', 450);
  // The state that a replica leaves when it dies after its first step: 200 webhooks are done.
  const { rows } = await database.query<{ id: string }>(
    `insert into registry.enablings (id, disabled_after, disabled_before, state, total, enabled, place_disabled_at, place_id,
       created_by, key_id, created_at, updated_at)
     select $1, $2, $3, 'running', 450, 200, disabled_at, id, 'Ann (key)', 'key', now(), now()
     from registry.webhooks where id = $4 returning id`,
    [newId(), range.disabledAfter, range.disabledBefore, ids[199]],
  );
  expect(await ended(rows[0]!.id)).toMatchObject({ total: 450, enabled: 450, failed: 0 });
  expect((await areActive(ids)).indexOf(true)).toBe(200);
  expect((await areActive(ids)).lastIndexOf(false)).toBe(199);
  // Another job enables the rest.
  const { json } = await registry.call('POST', PATH, { body: range });
  expect(await ended(json.id)).toMatchObject({ total: 200, enabled: 200 });
  expect(await enablingsOf(ids)).toBe(450);
});

test('errors name their field and rule, and only operators may use the route', async () => {
  const { range } = newDay();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  for (const [body, field, rule] of [
    [{}, 'disabledAfter', 'required'],
    [{ ...range, disabledBefore: range.disabledAfter }, 'disabledBefore', 'not_after_disabled_after'],
    [{ ...range, disabledBefore: tomorrow }, 'disabledBefore', 'in_the_future'],
    [{ ...range, disabledAfter: 'yesterday' }, 'disabledAfter', 'invalid_datetime'],
    [{ ...range, tenantId: 'unknown-tenant' }, 'tenantId', 'unknown_tenant'],
    [{ ...range, disabledReason: 'manual' }, 'disabledReason', undefined],
    [{ ...range, limit: 3 }, 'limit', 'unknown_field'],
  ] as const) {
    for (const path of [PATH, PREVIEW]) {
      const { status, json } = await registry.call('POST', path, { body });
      expect({ body, status, error: json.errors[0] }).toEqual({
        body,
        status: 422,
        error: expect.objectContaining({ field, ...(rule !== undefined && { rule }) }),
      });
    }
  }
  expect((await registry.call('POST', `${PATH}?preview=maybe`, { body: range })).status).toBe(400);
  for (const path of [PATH, PREVIEW])
    expect(await one.call('POST', path, { body: range })).toMatchObject({
      status: 403,
      json: { code: 'role_not_allowed' },
    });
  expect((await one.call('GET', PATH)).status).toBe(403);
  const missing = { status: 404, json: { code: 'enabling_not_found' } };
  expect(await registry.call('GET', `${PATH}/${newId()}`)).toMatchObject(missing);
  expect(await registry.call('GET', `${PATH}/nonsense`)).toMatchObject(missing);
});
