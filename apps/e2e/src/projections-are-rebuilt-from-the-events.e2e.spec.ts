import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Client } from 'pg';
import { Api, saleCreated } from './support/api.ts';
import { run } from './support/programs.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const MESSAGES = 200;
const PROJECTIONS = [
  'registry.tenants',
  'registry.api_keys',
  'registry.webhooks',
  'registry.webhook_activity',
  'delivery.deliveries',
];
const keys = {
  SIGNET_SEALING_KEYS: `e2e:${randomBytes(32).toString('base64')}`,
  SIGNET_OPERATOR_KEY: `operator-${randomBytes(24).toString('hex')}`,
};

let signet: Signet;
let local: LocalFile;
let database: Client;

beforeAll(async () => {
  // An hour: a delivery that failed once stays RETRYING, so that the tables do not change.
  signet = await Signet.start({ ...keys, SIGNET_RETRY_SCHEDULE: '1h' });
  local = await signet.local();
  database = new Client({ connectionString: local.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database?.end();
  await signet?.stopAndForget();
});

/** Every row of every projection, as text, in a fixed order. */
async function rows(): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const table of PROJECTIONS) {
    const result = await database.query<{ row: string }>(`select t::text as row from ${table} t order by 1`);
    tables[table] = result.rows.map(({ row }) => row);
  }
  // The time of the next probe of a circuit is not in the log; which deliveries wait is.
  const waiting = await database.query<{ id: string }>(
    'select delivery_id as id from delivery.due_deliveries order by 1',
  );
  tables['waiting'] = waiting.rows.map(({ id }) => id);
  return tables;
}

test('the projections of registry and delivery, dropped and rebuilt from the events, are equal row for row', async () => {
  const tenant = Api.tenant(local);
  const [bundled] = (await tenant.call<{ data: { id: string }[] }>('GET', '/v1/webhooks')).data;
  await tenant.call('DELETE', `/v1/webhooks/${bundled!.id}`);
  const healthy = await RecordingReceiver.start();
  const failing = await RecordingReceiver.start({ respond: () => ({ status: 500 }) });
  const first = await tenant.register(healthy.url, { name: 'Healthy' });
  const second = await tenant.register(failing.url, { name: 'Failing' });
  const gone = await tenant.register(healthy.url, { name: 'Gone' });
  await tenant.call('PATCH', `/v1/webhooks/${first.id}`, { description: 'Changed' });
  await tenant.call('POST', `/v1/webhooks/${first.id}/secret/rotate`, {});
  await tenant.call('DELETE', `/v1/webhooks/${gone.id}`);
  await Api.producer(local).publishBatch(
    Array.from({ length: MESSAGES }, (_, index) => saleCreated(local.tenantId, `rebuilt-${index}`)),
  );
  await waitFor(
    async () => {
      const ofHealthy = await tenant.deliveries({ webhookId: first.id, status: 'SUCCESS' });
      const ofFailing = await tenant.deliveries({ webhookId: second.id });
      return (
        ofHealthy.length === MESSAGES && ofFailing.length === MESSAGES && (await registryKnowsAll(first.id, second.id))
      );
    },
    { what: 'every outcome to be known everywhere' },
  );
  const before = await rows();
  expect(before['waiting']!.length).toBe(MESSAGES);
  expect(before['registry.webhooks']!.length).toBeGreaterThanOrEqual(2);
  expect(before['delivery.deliveries']!.length).toBeGreaterThanOrEqual(2 * MESSAGES);

  rebuild();
  expect(await rows()).toEqual(before);
  await Promise.all([healthy.close(), failing.close()]);
});

/** Whether the registry has counted all outcomes. It gets them a moment after they are stored. */
async function registryKnowsAll(healthy: string, failing: string): Promise<boolean> {
  const { rows: known } = await database.query<{ all: boolean }>(
    `select (select last_success_at from registry.webhook_activity where webhook_id = $1) =
              (select max(completed_at) from delivery.deliveries where webhook_id = $1) and
            (select last_failure_at is not null from registry.webhook_activity where webhook_id = $2) as all`,
    [healthy, failing],
  );
  return known[0]!.all;
}

const rebuild = (): string =>
  run(process.execPath, ['apps/admin/dist/main.js', 'rebuild'], '', {
    env: {
      ...keys,
      SIGNET_INSTALLATION: local.installation,
      SIGNET_DATABASE_URL: local.databaseUrl,
      SIGNET_KAFKA_BROKERS: local.kafkaBrokers,
    },
  });
