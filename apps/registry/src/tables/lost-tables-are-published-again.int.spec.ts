import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { REGISTRY_API_KEYS, REGISTRY_WEBHOOKS, systemClock, TABLE_TOPICS } from '@signet/contracts';
import { deleteTopics, ensureTopics, listTopics, removeRecords, setTopicConfig, topicSettings } from '@signet/kafka';
import { pinoLogger, TableReader } from '@signet/service-kit';
import { copyDatabase, TEST_INSTALLATION, testBrokers, waitFor } from '@signet/testing';
import type { TestRegistry, TestTenant } from '../testing/registry.ts';
import { startRegistry } from '../testing/registry.ts';

/** Topics of this test alone, on the Kafka that all tests share. */
const prefix = `lost-${randomUUID().slice(0, 8)}.`;
const client = { brokers: testBrokers(), clientId: 'tables-test', prefix };
const LOG_LEVEL = process.env['SIGNET_TEST_LOG_LEVEL'] ?? 'silent';

/** What a service has read of a table, and the lowest number of entries that it had since the table was complete. */
class Follower {
  readonly entries = new Map<string, { version: number; url?: string }>();
  readonly waits: string[] = [];
  fewest = Infinity;
  readonly reader: TableReader;

  constructor(topic: string) {
    const logger = pinoLogger('follower', LOG_LEVEL);
    logger.warn = (_: object, message = '') => void this.waits.push(message);
    this.reader = new TableReader({
      client,
      topic,
      installation: TEST_INSTALLATION,
      apply: (key, value) => {
        if (value === null) this.entries.delete(key);
        else this.entries.set(key, JSON.parse(value.toString('utf8')) as { version: number });
        if (this.reader.isReady()) this.fewest = Math.min(this.fewest, this.entries.size);
      },
      onUnreadable: () => undefined,
      clock: systemClock,
      logger,
    });
    this.reader.start();
  }

  laterThan(generation: number | undefined): Promise<unknown> {
    const isLater = (): boolean => (this.reader.generation ?? 0) > (generation ?? 0);
    return waitFor(isLater, { what: 'a later generation', timeoutMs: 40_000 });
  }
}

let registry: TestRegistry;
let tenant: TestTenant;
let webhooks: Follower;
let keys: Follower;

afterAll(async () => {
  await Promise.all([webhooks?.reader.close(), keys?.reader.close()]);
  await registry?.stop();
});

test('a reader waits for the registry, which alone creates the topics; then it knows all entries', async () => {
  webhooks = new Follower(REGISTRY_WEBHOOKS);
  keys = new Follower(REGISTRY_API_KEYS);
  await waitFor(() => webhooks.waits.length >= 2 && keys.waits.length >= 2, { what: 'two looks at nothing' });
  expect([webhooks.reader.isReady(), keys.reader.isReady()]).toEqual([false, false]);
  expect(await listTopics(client)).not.toEqual(expect.arrayContaining([REGISTRY_WEBHOOKS]));
  expect(await listTopics(client)).not.toEqual(expect.arrayContaining([REGISTRY_API_KEYS]));
  // Empty topics are no complete table either.
  await ensureTopics(client, TABLE_TOPICS);
  const settings = { SIGNET_PREFIX: prefix, SIGNET_TABLE_HEARTBEAT: '300ms' };
  registry = await startRegistry(settings, { keepsTables: true });
  tenant = await registry.newTenant();
  for (let n = 0; n < 5; n += 1) await tenant.newWebhook();
  await waitFor(() => webhooks.reader.isReady() && webhooks.entries.size === 5, { what: 'the webhooks' });
  await waitFor(() => keys.reader.isReady() && keys.entries.size === 2, { what: 'the keys' });
}, 60_000);

test('the registry writes heartbeats', async () => {
  await waitFor(() => (webhooks.reader.heartbeatAgeMs() ?? Infinity) < 200, { what: 'a fresh one' });
});

const deletion = (): Promise<void> => deleteTopics(client, [REGISTRY_WEBHOOKS]);
/** Removes the records by hand; Kafka allows that only on a topic whose records may be removed by age. */
async function emptying(): Promise<void> {
  await setTopicConfig(client, REGISTRY_WEBHOOKS, 'cleanup.policy', 'delete');
  await removeRecords(client, REGISTRY_WEBHOOKS);
  await setTopicConfig(client, REGISTRY_WEBHOOKS, 'cleanup.policy', 'compact');
}
async function replacement(): Promise<void> {
  await deletion();
  // A broker with auto.create.topics.enable creates such a topic.
  await ensureTopics(client, [{ name: REGISTRY_WEBHOOKS, partitions: 3, cleanup: 'delete' }]);
}

test.each([
  ['deleted', deletion],
  ['emptied', emptying],
  ['made anew by the broker', replacement],
])(
  'a topic that was %s has everything again, and no reader ever knows less',
  async (_how, lose) => {
    const before = new Map(webhooks.entries);
    const { generation } = webhooks.reader;
    webhooks.fewest = Infinity;
    await lose();
    await webhooks.laterThan(generation);
    expect(webhooks.entries).toEqual(before);
    expect(webhooks.fewest).toBe(before.size);
    const seen = await topicSettings(client, [REGISTRY_WEBHOOKS]);
    expect(seen?.topics).toMatchObject([{ cleanupPolicy: 'compact' }]);
    // A reader that starts only now reads the whole table, too.
    const late = new Follower(REGISTRY_WEBHOOKS);
    await waitFor(() => late.reader.isReady(), { what: 'a reader that starts now' });
    expect(late.entries).toEqual(before);
    await late.reader.close();
  },
  60_000,
);

test('after a restore to an earlier time, readers know the entries of that database: no more, no less', async () => {
  const changed = await tenant.newWebhook();
  const removed = await tenant.newWebhook();
  const copy = await copyDatabase(registry.database.url);
  try {
    const path = `/v1/webhooks/${changed.id}`;
    const patch = { body: { url: 'https://shop.example/moved' } };
    await waitFor(async () => (await tenant.call('PATCH', path, patch)).status === 200, { what: 'the database' });
    await tenant.call('DELETE', `/v1/webhooks/${removed.id}`);
    const added = await tenant.newWebhook();
    await waitFor(() => webhooks.entries.has(added.id) && !webhooks.entries.has(removed.id), { what: 'the changes' });
    expect(webhooks.entries.get(changed.id)?.version).toBe(2);
    const { generation } = webhooks.reader;
    webhooks.fewest = Infinity;
    await copy.restore();
    await webhooks.laterThan(generation);
    // The copy has cut connections, too, so the later generation may still be one from before the restore.
    const isRestored = (): boolean => webhooks.entries.get(changed.id)?.version === 1;
    await waitFor(isRestored, { what: 'the entries of the restored database' });
    expect(webhooks.entries.get(changed.id)).toMatchObject({ version: 1, url: changed.url });
    await waitFor(() => !webhooks.entries.has(added.id), { what: 'its whole generation' });
    expect([webhooks.entries.has(removed.id), webhooks.entries.has(added.id)]).toEqual([true, false]);
    expect([webhooks.entries.size, webhooks.fewest]).toEqual([7, 7]);
  } finally {
    await copy.drop();
  }
}, 90_000);
