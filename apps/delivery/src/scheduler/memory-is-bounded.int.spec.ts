import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import type { RecordBatch } from '@signet/kafka';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { PARTITION_ROOM } from '../sources/partition-rooms.ts';

const BATCH = 250;
const PER_WEBHOOK = 8;
const TOTAL = 64;
/** A statement takes longer than this, and memory changes between statements. */
const LOOK_EVERY_MS = 1;
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let service: DispatchService;
let release: () => void;
/** The most deliveries that were in memory at once since the test began. */
let most: number;
let looking: NodeJS.Timeout;

const look = (): void => void (most = Math.max(most, service.scheduler.size));

beforeEach(async () => {
  const released = new Promise<void>((resolve) => (release = resolve));
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => released.then(() => ({})) });
  service = await fixture.serve({
    totalConcurrency: TOTAL,
    perWebhookConcurrency: PER_WEBHOOK,
    spillAfterMs: 20,
    requestTimeoutMs: 60_000,
    leasedInMemory: 400,
  });
  most = 0;
  // All the while: also when everything has been fed, and memory is refilled from PostgreSQL.
  looking = setInterval(look, LOOK_EVERY_MS);
});
afterEach(async () => {
  clearInterval(looking);
  release();
  await fixture?.close();
  await receiver?.close();
});

/** As the consumer hands them over: never more than the room of a partition at once. */
async function feed(batches: Iterable<RecordBatch>): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (const batch of batches) {
    const taken = service.intake.take(batch).finally(() => {
      look();
      underWay.delete(taken);
    });
    underWay.add(taken);
    look();
    while (underWay.size * BATCH >= PARTITION_ROOM) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}
const ids = (from: number, count: number): string[] => Array.from({ length: count }, (_, n) => `m-${from + n}`);
const stored = async (): Promise<number> =>
  Number((await fixture.orm.em.fork().execute('select count(*) from due_deliveries'))[0]!['count']);

test('twenty thousand requests for one webhook that hangs: a handful stays in memory, all the rest is due in PostgreSQL', async () => {
  const webhook = fixture.webhook(receiver.url);
  function* batches(): Iterable<RecordBatch> {
    for (let at = 0; at < 20_000; at += BATCH) yield requestBatch(webhook, ids(at, BATCH));
  }
  await feed(batches());
  // Some may lie on the shelf for a while.
  await waitFor(async () => (await stored()) === 20_000, { what: 'all to be due' });
  // On the wire, and what would be next: of fresh ones, and of those that were stored.
  await waitFor(() => service.scheduler.size <= 6 * PER_WEBHOOK, { what: 'the rest to leave memory' });
  expect(service.scheduler.attemptsInFlight).toBe(PER_WEBHOOK);
  expect(most).toBeLessThanOrEqual(PARTITION_ROOM + 8 * PER_WEBHOOK);
});

test('requests for five thousand webhooks that hang: memory holds no more than for one', async () => {
  const tenants = 20;
  const webhooks: WebhookSnapshot[] = Array.from({ length: 5_000 }, (_, n) =>
    fixture.webhook(receiver.url, { tenantId: `tenant-${n % tenants}` }),
  );
  function* batches(): Iterable<RecordBatch> {
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < webhooks.length; at += BATCH) {
        const ofEach = webhooks.slice(at, at + BATCH).map((webhook) => requestBatch(webhook, [`r-${round}`]));
        yield { ...ofEach[0]!, records: ofEach.flatMap(({ records }) => records) };
      }
    }
  }
  await feed(batches());
  // Some may lie on the shelf for a while.
  await waitFor(async () => (await stored()) === 10_000, { what: 'all to be due' });
  expect(service.scheduler.attemptsInFlight).toBeLessThanOrEqual(TOTAL);
  expect(most).toBeLessThanOrEqual(PARTITION_ROOM + 400 + TOTAL);
});
