import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { REGISTRY_WEBHOOKS } from '@signet/contracts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { recordsOn } from './testing/records-on-kafka.ts';

let registry: TestRegistry;
let tenant: TestTenant;

beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const REPLAY = { body: { replay: 'missed' } };

async function disabledWebhook(): Promise<{ id: string; path: string; disabledAt: string }> {
  const { id } = await tenant.newWebhook();
  const path = `/v1/webhooks/${id}`;
  const { json } = await tenant.call('POST', `${path}/disable`);
  return { id, path, disabledAt: String(json['disabledAt']) };
}
const snapshotOf = async (id: string): Promise<unknown> => (await recordsOn(REGISTRY_WEBHOOKS)).get(id);

test('the snapshot gives delivery the time range of the replay, and the history shows it', async () => {
  const { id, path, disabledAt } = await disabledWebhook();
  const enabled = await tenant.call('POST', `${path}/enable`, REPLAY);
  expect(enabled).toMatchObject({ status: 200, json: { id, isActive: true, version: 3 } });
  expect(enabled.json).not.toHaveProperty('replayMissed');

  const { updatedAt: until, createdAt: registeredAt } = enabled.json;
  const replayMissed = { since: disabledAt, until, registeredAt, requestedBy: expect.any(String) };
  expect(await snapshotOf(id)).toMatchObject({ isActive: true, activeSince: until, replayMissed });
  const [latest] = (await tenant.call('GET', `${path}/history`)).json.data;
  expect(latest).toMatchObject({ summary: expect.stringContaining(`what was missed since ${disabledAt} is replayed`) });

  // The snapshot keeps the range of a replay that delivery has not made yet until the webhook is enabled again.
  await tenant.call('POST', `${path}/disable`);
  expect(await snapshotOf(id)).toMatchObject({ isActive: false, activeSince: until, replayMissed });
  await tenant.call('POST', `${path}/enable`);
  expect(await snapshotOf(id)).toMatchObject({ isActive: true, replayMissed: null });
});

test('without a body nothing is replayed, and a body with an unknown field or value is refused', async () => {
  const { id, path } = await disabledWebhook();
  for (const body of [{ replay: 'all' }, { replay: null }, { replays: 'missed' }])
    expect((await tenant.call('POST', `${path}/enable`, { body })).status).toBe(422);
  expect((await tenant.call('POST', `${path}/enable`, { body: {} })).status).toBe(200);
  expect(await snapshotOf(id)).toMatchObject({ isActive: true, replayMissed: null });
});

test('a request whose replay would have no effect is refused with the reason', async () => {
  const { path } = await disabledWebhook();
  expect((await tenant.call('POST', `${path}/enable`, REPLAY)).status).toBe(200);
  expect(await tenant.call('POST', `${path}/enable`, REPLAY)).toMatchObject({
    status: 409,
    json: { code: 'webhook_enabled', detail: expect.stringContaining('nothing is replayed') },
  });
  expect((await tenant.call('POST', `${path}/enable`)).status).toBe(200);
});

test('an operator can neither replay nor test for a suspended tenant, and gets the reason', async () => {
  const other = await registry.newTenant();
  const { id } = await other.newWebhook();
  const path = `/v1/webhooks/${id}`;
  await registry.call('POST', `/v1/tenants/${other.id}/suspend`);
  const refused = { status: 409, json: { code: 'tenant_suspended' } };
  const body = { eventType: 'sale.created' };
  expect(await registry.call('POST', `${path}/test`, { body })).toMatchObject(refused);
  await registry.call('POST', `${path}/disable`);
  expect(await registry.call('POST', `${path}/enable`, REPLAY)).toMatchObject(refused);
  expect((await registry.call('GET', path)).json).toMatchObject({ isActive: false });
  expect((await registry.call('POST', `${path}/enable`)).status).toBe(200);
  await registry.call('POST', `/v1/tenants/${other.id}/resume`);
  expect((await registry.call('POST', `${path}/test`, { body })).status).toBe(202);
});
