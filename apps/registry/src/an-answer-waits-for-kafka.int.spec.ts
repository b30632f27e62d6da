import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { REGISTRY_API_KEYS, REGISTRY_TENANTS, REGISTRY_WEBHOOKS } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import type { RegistryRelay } from './relay/registry-relay.ts';
import type { Answer } from './testing/answers.ts';
import { ask } from './testing/answers.ts';
import { OpenTransaction } from './testing/open-transaction.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { recordsOn } from './testing/records-on-kafka.ts';
import { RELAY } from './tokens.ts';

let registry: TestRegistry;
let tenant: TestTenant;
let held: OpenTransaction;
beforeAll(async () => {
  registry = await startRegistry({ SIGNET_PUBLICATION_WAIT: '60s' });
  tenant = await registry.newTenant();
  held = await OpenTransaction.on(registry.database.url);
});
afterAll(async () => {
  await held.close();
  await registry.stop();
});

const webhook = () => ({
  name: 'Orders',
  url: `https://shop.example/${crypto.randomUUID()}`,
  events: ['sale.created'],
});

/** Sends a request while nothing can be published, and finds out whether its answer waited for the publication. */
async function whileNothingIsPublished(asked: () => Promise<Answer>): Promise<{ answer: Answer; waited: boolean }> {
  await held.begin();
  let isAnswered = false;
  const asking = asked().then((answer) => ((isAnswered = true), answer));
  await waitFor(async () => (await held.unpublished()) > 0, { what: 'the change to be committed' });
  // Twenty other requests are answered meanwhile: without the wait, the answer would have come long before them.
  for (let count = 0; count < 20; count++) await tenant.call('GET', '/v1/webhooks');
  const waited = !isAnswered;
  await held.end();
  return { answer: await asking, waited };
}

describe('when the answer comes, the record lies on Kafka', () => {
  test('of a webhook that is registered', async () => {
    const { json } = await tenant.call('POST', '/v1/webhooks', { body: webhook() });
    expect((await recordsOn(REGISTRY_WEBHOOKS)).get(json.id)).toMatchObject({ id: json.id, version: 1 });
  });

  test('of a webhook that is changed, disabled, enabled, given another secret, deleted', async () => {
    const { id } = await tenant.newWebhook();
    const path = `/v1/webhooks/${id}`;
    const steps: [method: string, path: string, shows: object | null][] = [
      ['PATCH', path, { name: 'Changed', version: 2 }],
      ['POST', `${path}/disable`, { isActive: false, version: 3 }],
      ['POST', `${path}/enable`, { isActive: true, version: 4 }],
      ['POST', `${path}/secret/rotate`, { version: 5 }],
      ['DELETE', path, null],
    ];
    for (const [method, url, shows] of steps) {
      const { answer, waited } = await whileNothingIsPublished(() =>
        tenant.call(method, url, { body: method === 'PATCH' ? { name: 'Changed' } : undefined }),
      );
      expect({ method, url, waited, status: answer.status }).toEqual({
        method,
        url,
        waited: true,
        status: answer.status,
      });
      const present = (await recordsOn(REGISTRY_WEBHOOKS)).get(id);
      if (shows === null) expect(present).toBeUndefined();
      else expect(present).toMatchObject(shows);
    }
  });

  test('of a tenant and of its keys', async () => {
    const other = await registry.newTenant();
    expect((await recordsOn(REGISTRY_TENANTS)).get(other.id)).toMatchObject({ status: 'active' });
    const [key] = (await registry.call('GET', `/v1/tenants/${other.id}/api-keys`)).json.data;
    expect((await recordsOn(REGISTRY_API_KEYS)).get(key.id)).toMatchObject({ tenantId: other.id });
    await registry.call('POST', `/v1/tenants/${other.id}/suspend`);
    expect((await recordsOn(REGISTRY_TENANTS)).get(other.id)).toMatchObject({ status: 'suspended' });
    const { waited } = await whileNothingIsPublished(() => registry.call('DELETE', `/v1/api-keys/${key.id}`));
    expect(waited).toBe(true);
    expect((await recordsOn(REGISTRY_API_KEYS)).get(key.id)).toBeUndefined();
  });

  test('also in the answer of a replica that does not publish itself', async () => {
    const replica = await registry.replica();
    const roles = () => [registry.service, replica].map(({ app }) => app.get<RegistryRelay>(RELAY).role).join();
    await waitFor(() => roles() === 'publishing,waiting', { what: 'the replica to wait for the lock' });
    const { answer, waited } = await whileNothingIsPublished(() =>
      ask(`${replica.url}/v1/webhooks`, 'POST', { key: tenant.key, body: webhook() }),
    );
    expect({ status: answer.status, waited }).toEqual({ status: 201, waited: true });
    expect((await recordsOn(REGISTRY_WEBHOOKS)).get(answer.json.id)).toMatchObject({ version: 1 });
  });
});

test('a revoked key is refused at once, however long the answer waits', async () => {
  const other = await registry.newTenant();
  const [key] = (await registry.call('GET', `/v1/tenants/${other.id}/api-keys`)).json.data;
  await held.begin();
  const revoking = registry.call('DELETE', `/v1/api-keys/${key.id}`);
  await waitFor(async () => (await other.call('GET', '/v1/webhooks')).status === 401, {
    what: 'the key to be refused',
  });
  await held.end();
  expect((await revoking).status).toBe(204);
});

test('a change that is stored is answered in the end, although Kafka does not have it yet', async () => {
  const impatient = await startRegistry({ SIGNET_PUBLICATION_WAIT: '50ms' });
  const blocked = await OpenTransaction.on(impatient.database.url);
  try {
    await blocked.begin();
    const { status, json } = await impatient.call('POST', '/v1/tenants', { body: { name: 'Shop' } });
    expect(status).toBe(201);
    expect((await recordsOn(REGISTRY_TENANTS)).has(json.id)).toBe(false);
  } finally {
    await blocked.close();
    await impatient.stop();
  }
});
