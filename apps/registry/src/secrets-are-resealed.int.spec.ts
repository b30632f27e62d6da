import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EntityManager } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import {
  REGISTRY_API_KEYS,
  REGISTRY_TENANTS,
  REGISTRY_WEBHOOKS,
  webhookIdentityContext,
  webhookSecretContext,
} from '@signet/contracts';
import { SNAPSHOT_EVERY } from '@signet/event-store';
import type { RunningService } from '@signet/service-kit';
import { generateSealingKey, SealingKeys } from '@signet/signature';
import { selfSigned, waitFor } from '@signet/testing';
import pg from 'pg';
import { Aggregates } from './database/aggregates.ts';
import { streamOf } from './database/streams.ts';
import type { Asked } from './testing/answers.ts';
import { ask } from './testing/answers.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { recordsOn } from './testing/records-on-kafka.ts';

const [oldKey, newKey] = [generateSealingKey('old'), generateSealingKey('new')];
let registry: TestRegistry;
let tenant: TestTenant;
let database: pg.Client;
beforeAll(async () => {
  registry = await startRegistry({ SIGNET_SEALING_KEYS: oldKey });
  tenant = await registry.newTenant();
  database = new pg.Client({ connectionString: registry.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await registry.stop();
});

/** Runs a built command with these sealing keys, as an operator does. */
async function run(command: 'reseal' | 'republish', sealingKeys: string): Promise<Record<string, unknown>> {
  const env = { ...process.env, ...registry.environment, SIGNET_LOG_LEVEL: 'info', SIGNET_SEALING_KEYS: sealingKeys };
  const { stdout } = await promisify(execFile)(process.execPath, ['apps/registry/dist/admin.js', command], { env });
  return (JSON.parse(stdout) as { data: Record<string, unknown> }).data;
}

/** Number of stored texts that only this key opens. */
async function sealedUnder(keyId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select (select count(*) from registry.events e where e.data::text like $1)
      + (select count(*) from registry.stream_snapshots s where s.state::text like $1)
      + (select count(*) from registry.webhooks w where concat(w.secrets, w.client_certificate) like $1)
      + (select count(*) from registry.idempotency_keys i where i.sealed_answer like $1) as count`,
    [`%v1.${keyId}.%`],
  );
  return Number(rows[0]?.count);
}

/** Adds many facts to a webhook, so that there are snapshots of it, which hold its secrets as well. */
async function lengthenStream(id: string): Promise<void> {
  const { app } = registry.service;
  const store = app.get(Aggregates).storeIn(app.get(EntityManager).fork());
  const enabled = { type: 'WebhookEnabled', data: { at: new Date().toISOString() } };
  const facts = Array.from({ length: SNAPSHOT_EVERY }, () => enabled);
  await store.append(streamOf('webhook', id), facts, { actor: 'test', expectedVersion: 1 });
  const { rows } = await database.query(`select from registry.stream_snapshots where stream_id = $1`, [
    streamOf('webhook', id),
  ]);
  expect(rows).toHaveLength(2);
}

test('after the command the old key can go: secrets, history, kept answers and Kafka need only the new one', async () => {
  const plain = await tenant.newWebhook();
  const identity = selfSigned('shop.example');
  const clientCertificate = { certificate: identity.cert, key: identity.key };
  const rotated = await tenant.newWebhook({ clientCertificate });
  await tenant.call('POST', `/v1/webhooks/${rotated.id}/secret/rotate`, { body: { overlapHours: 1 } });
  await lengthenStream(plain.id);
  const deleted = await tenant.newWebhook();
  await tenant.call('DELETE', `/v1/webhooks/${deleted.id}`);
  const keyed = {
    body: { name: 'Kept', url: 'https://shop.example/kept', events: ['sale.created'] },
    headers: { 'idempotency-key': 'kept' },
  };
  const kept = await tenant.call('POST', '/v1/webhooks', keyed);
  const shown = async (id: string) => (await tenant.call('GET', `/v1/webhooks/${id}`)).json;
  const before = await shown(rotated.id);
  const secrets = (await tenant.call('GET', `/v1/webhooks/${rotated.id}/secret`)).json;

  expect(await sealedUnder('old')).toBeGreaterThan(0);
  expect(await run('reseal', `${newKey},${oldKey}`)).toMatchObject({ resealed: 6, answers: 1, keyId: 'new' });
  expect(await sealedUnder('old')).toBe(0);
  expect(await run('reseal', `${newKey},${oldKey}`)).toMatchObject({ resealed: 0, answers: 0 });

  const service: RunningService = await registry.replica({ SIGNET_SEALING_KEYS: newKey });
  const call = (method: string, path: string, asked: Asked = {}) =>
    ask(service.url + path, method, { key: tenant.key, ...asked });
  expect((await call('GET', `/v1/webhooks/${plain.id}/secret`)).json).toEqual({ secret: plain.secret, former: [] });
  expect((await call('GET', `/v1/webhooks/${rotated.id}/secret`)).json).toEqual(secrets);
  expect((await call('GET', `/v1/webhooks/${rotated.id}`)).json).toEqual(before);
  expect((await call('POST', '/v1/webhooks', keyed)).json).toEqual(kept.json);

  const onKafka = await recordsOn(REGISTRY_WEBHOOKS);
  const keys = SealingKeys.parse(newKey);
  for (const { id, secret } of [plain, kept.json]) {
    const snapshot = onKafka.get(id) as WebhookSnapshot;
    expect(keys.open(snapshot.secrets[0]?.sealed ?? '', webhookSecretContext(id))).toBe(secret);
  }
  const { sealed } = (onKafka.get(rotated.id) as WebhookSnapshot).clientCertificate!;
  expect(JSON.parse(keys.open(sealed, webhookIdentityContext(rotated.id)))).toMatchObject({ key: identity.key });
  expect(onKafka.has(deleted.id)).toBe(false);
});

test('a key that is already missing is named, and nothing is lost', async () => {
  const { id, secret } = await tenant.newWebhook();
  await expect(run('reseal', generateSealingKey('other'))).rejects.toMatchObject({
    code: 78,
    stdout: expect.stringMatching(/old|new/) as unknown,
  });
  expect((await tenant.call('GET', `/v1/webhooks/${id}/secret`)).json.secret).toBe(secret);
});

test('everything is published once more: existing aggregates as they are, deleted ones as tombstones', async () => {
  const deleted = await tenant.newWebhook();
  await tenant.call('DELETE', `/v1/webhooks/${deleted.id}`);
  const present = (await tenant.call('GET', '/v1/webhooks')).json.data;
  const followed = await Promise.all(
    [REGISTRY_WEBHOOKS, REGISTRY_TENANTS, REGISTRY_API_KEYS].map((topic) => registry.follow(topic)),
  );
  const [webhooks, tenants, keys] = followed as [(typeof followed)[0], (typeof followed)[0], (typeof followed)[0]];
  const [key] = (await registry.call('GET', `/v1/tenants/${tenant.id}/api-keys`)).json.data;
  const counts = () => ({
    living: webhooks.count(present[0].id),
    tombstones: webhooks.count(deleted.id),
    tenants: tenants.count(tenant.id),
    keys: keys.count(key.id),
  });
  // The last record of each key so far: the deleted webhook ends with a tombstone, the others with a snapshot.
  await webhooks.tombstone(deleted.id);
  await waitFor(() => Object.values(counts()).every((count) => count > 0), { what: 'what lies there already' });
  const before = counts();
  const { aggregates } = await run('republish', `${oldKey},${newKey}`);
  expect(aggregates).toBeGreaterThan(4);
  await waitFor(
    () => Object.entries(counts()).every(([name, count]) => count === before[name as keyof typeof before] + 1),
    { what: 'one more record of each' },
  );
  await webhooks.tombstone(deleted.id);
});
