import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TABLE_TOPICS } from '@signet/contracts';
import { deleteTopics, removeRecords, setTopicConfig } from '@signet/kafka';
import { copyDatabase, RecordingReceiver, waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile, ServiceName } from './support/installation/signet.ts';

const TABLES = TABLE_TOPICS.map(({ name }) => name);
const PATIENCE_MS = 60_000;

let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let tenant: Api;
let producer: Api;
let webhookId: string;
let published = 0;

beforeAll(async () => {
  [signet, receiver] = await Promise.all([
    Signet.start({ SIGNET_TABLE_HEARTBEAT: '500ms' }),
    RecordingReceiver.start(),
  ]);
  local = await signet.local();
  [tenant, producer] = [Api.tenant(local), Api.producer(local)];
  ({ id: webhookId } = await tenant.register(`${receiver.url}/orders`));
}, 180_000);
afterAll(async () => {
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
}, 60_000);

const client = () => ({ brokers: local.kafkaBrokers.split(','), clientId: 'e2e' });
const idOf = (n: number): string => `sale-${n}`;

/** @returns the numbers of the sales that ingestion has accepted */
async function publish(count: number): Promise<number[]> {
  const numbers = Array.from({ length: count }, () => (published += 1));
  for (const n of numbers) await producer.publish(local.tenantId, idOf(n));
  return numbers;
}
const arrivals = (n: number): number =>
  receiver.requests.filter(({ body }) => body.includes(`"saleId":"${idOf(n)}"`)).length;
const untilArrived = (numbers: readonly number[]): Promise<unknown> =>
  waitFor(() => numbers.every((n) => arrivals(n) > 0), { what: 'what was published', timeoutMs: PATIENCE_MS });

/** Numbers of the sales with a successful delivery in the ledger. */
async function delivered(): Promise<Set<unknown>> {
  const deliveries = await tenant.deliveries({ webhookId, status: 'SUCCESS' });
  return new Set(deliveries.map(({ messageId }) => messageId));
}
const untilInLedger = (numbers: readonly number[]): Promise<unknown> =>
  waitFor(
    async () => {
      const known = await delivered();
      return numbers.every((n) => known.has(idOf(n)));
    },
    { what: 'what was published in the ledger', timeoutMs: PATIENCE_MS },
  );

const readiness = async (service: ServiceName): Promise<{ status: number; text: string } | undefined> => {
  const { managementPort } = local.services[service];
  const answer = await fetch(`http://127.0.0.1:${managementPort}/readyz`).catch(() => undefined);
  return answer && { status: answer.status, text: await answer.text() };
};
async function signal(service: ServiceName, name: NodeJS.Signals): Promise<number> {
  const { pid } = (await signet.local()).services[service];
  process.kill(pid, name);
  return pid;
}

/** Removes the records by hand; Kafka allows that only on a topic whose records may be removed by age. */
async function emptyTopics(to: ReturnType<typeof client>, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    await setTopicConfig(to, topic, 'cleanup.policy', 'delete');
    await removeRecords(to, topic);
    await setTopicConfig(to, topic, 'cleanup.policy', 'compact');
  }
}

test.each([
  ['deleted', deleteTopics],
  ['emptied', emptyTopics],
])(
  'with the tables %s and the registry away, a delivery that starts routes nothing until they are back',
  async (_how, lose) => {
    await untilArrived(await publish(3));
    await signal('registry', 'SIGSTOP');
    await lose(client(), TABLES);
    const killed = await signal('delivery', 'SIGKILL');
    // The restarted delivery is alive and not ready: it has no tables to route by.
    await waitFor(async () => (await readiness('delivery'))?.status === 503, { what: 'a delivery that waits' });
    const during = await publish(5);
    await signal('registry', 'SIGCONT');
    await waitFor(async () => (await signet.local()).services.delivery.pid !== killed, {
      what: 'delivery to be ready',
      timeoutMs: PATIENCE_MS,
    });
    await untilArrived(during);
    await untilInLedger(Array.from({ length: published }, (_, n) => n + 1));
    expect((await readiness('ingestion'))?.status).toBe(200);
  },
  150_000,
);

test('after a restore a replay of missed messages sends again the messages that the database has lost', async () => {
  const before = await publish(5);
  await untilInLedger(before);
  const copy = await copyDatabase(local.databaseUrl);
  const since = new Date().toISOString();
  try {
    // All of these are delivered, and their offsets are committed, before the restore makes the database lose them.
    const forgotten = await publish(10);
    await untilInLedger(forgotten);
    await copy.restore();
    const after = await publish(5);
    await untilInLedger([...before, ...after]);
    const lost = await delivered();
    expect(forgotten.filter((n) => lost.has(idOf(n)))).toEqual([]);

    // docs/runbooks/postgresql-is-away.md
    await tenant.call('POST', '/v1/replays', { webhookId, since, status: 'missed' });
    await untilInLedger(Array.from({ length: published }, (_, n) => n + 1));
    // Receivers see the messages that had arrived before a second time, with the same webhook-id, and no others.
    expect(forgotten.map(arrivals)).toEqual(forgotten.map(() => 2));
    expect(after.map(arrivals)).toEqual(after.map(() => 1));
  } finally {
    await copy.drop();
  }
}, 150_000);
