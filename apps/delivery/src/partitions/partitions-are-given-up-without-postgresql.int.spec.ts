import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { systemClock } from '@signet/contracts';
import { databaseOptions } from '@signet/service-kit';
import { Gate, RecordingReceiver, waitFor } from '@signet/testing';
import { MikroOrmDatabase } from '../database/mikro-orm-database.ts';
import { deliveryDatabase } from '../database/database.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch, storageOf } from '../testing/dispatch-fixture.ts';
import type { FixtureStorage } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { HandOver } from './hand-over.ts';

/** How long the Kafka consumer waits for partitions to be given up (libs/kafka/src/consuming/batch-server.ts). */
const KAFKA_WAITS_MS = 2_000;

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
/** The connection to PostgreSQL of the owner that gives up. */
let gate: Gate;
/** Past the gate: of the owner behind it. */
let direct: MikroORM;
let storage: FixtureStorage;
let isReading: AbortController;
/** Lets the receiver answer what it has kept waiting, and whatever comes from then on. */
let release: (status?: number) => void;

beforeEach(async () => {
  fixture = await DispatchFixture.create({ through: async (url) => (gate = await Gate.to(url)).url });
  const options = deliveryDatabase({ SIGNET_DATABASE_URL: fixture.databaseUrl, SIGNET_DATABASE_POOL: 10 });
  direct = await MikroORM.init(databaseOptions(options));
  storage = storageOf(direct, options, systemClock);
  fixture.onError = () => undefined;
  isReading = new AbortController();
  const released = new Promise<number>((resolve) => (release = (status = 200) => resolve(status)));
  let isReleased = false;
  void released.then(() => (isReleased = true));
  receiver = await RecordingReceiver.start({
    respond: async () => (isReleased ? {} : { status: await released }),
  });
});
afterEach(async () => {
  gate?.thaw();
  release();
  await fixture?.close();
  await direct?.close();
  await receiver?.close();
  await gate?.close();
});

const list = async (): Promise<DeliveryRow[]> =>
  direct.em
    .fork()
    .execute<DeliveryRow[]>('select id, status, attempt_count as "attemptCount", max_attempts from deliveries');
const attempts = (): string[] =>
  receiver.requests.map(({ body, headers }) => {
    const { data } = JSON.parse(body.toString()) as { data: { messageId: string } };
    return `${data.messageId}/${headers['signet-attempt']}`;
  });

/** Gives the partitions up as the Kafka consumer does: it waits no longer than that, and then another replica has them. */
async function giveUp(service: DispatchService): Promise<number> {
  const since = performance.now();
  await service.partitions.givingUp();
  isReading.abort();
  service.partitions.revoked([PARTITION]);
  return performance.now() - since;
}

test.each([
  ['are only Kafka records', 20_000],
  ['are stored', 5],
])('PostgreSQL stands still: what deliveries %s costs the rebalance no more time than it has', async (_what, spill) => {
  const webhook = fixture.webhook(receiver.url);
  const first = await fixture.serve({ spillAfterMs: spill, perWebhookConcurrency: 2 });
  const taken = first.intake.take(requestBatch(webhook, ['m-1', 'm-2', 'm-3'], isReading.signal));
  await waitFor(() => receiver.requests.length === 2, { what: 'the first POSTs' });
  if (spill < 1_000) await taken;
  gate.freeze();
  expect(await giveUp(first)).toBeLessThan(KAFKA_WAITS_MS);
  expect(fixture.notHeld).toMatchObject([{ attemptsInFlight: 2 }]);

  const second = await fixture.serve({}, storage);
  void second.intake.take(requestBatch(webhook, ['m-1', 'm-2', 'm-3']));
  await waitFor(() => receiver.requests.length === 5, { what: 'the next owner to send all of them' });
  release();
  await waitFor(async () => (await list()).filter(({ status }) => status === 'SUCCESS').length === 3, {
    what: 'the deliveries',
  });
  gate.thaw();
  await waitFor(() => first.scheduler.size === 0, { what: 'the first owner to be done with its attempts' });
  // The attempts that the first owner had begun went out once more. It has begun none since: m-3 was sent only by the second.
  expect(attempts().toSorted()).toEqual(['m-1/1', 'm-1/1', 'm-2/1', 'm-2/1', 'm-3/1']);
  expect((await list()).map(({ status, attemptCount }) => ({ status, attemptCount }))).toEqual(
    Array(3).fill({ status: 'SUCCESS', attemptCount: 1 }),
  );
});

test('an owner that cannot ask PostgreSQL whether it was replaced starts nothing after it has given up', async () => {
  const webhook = fixture.webhook(receiver.url);
  const first = await fixture.serve({ spillAfterMs: 5, perWebhookConcurrency: 1 });
  await first.intake.take(requestBatch(webhook, ['m-1', 'm-2', 'm-3'], isReading.signal));
  await waitFor(() => receiver.requests.length === 1, { what: 'the first POST' });
  gate.freeze();
  await first.partitions.givingUp();
  // Its slot is free now, and deliveries wait in its memory under a claim that is lost, which it does not know.
  release();
  await waitFor(() => first.scheduler.attemptsInFlight === 0, { what: 'the answer to be there' });
  const second = await fixture.serve({}, storage);
  await second.intake.take(requestBatch(webhook, ['m-1', 'm-2', 'm-3']));
  await waitFor(async () => (await list()).filter(({ status }) => status === 'SUCCESS').length === 3, {
    what: 'the deliveries',
  });
  expect(attempts().toSorted()).toEqual(['m-1/1', 'm-1/1', 'm-2/1', 'm-3/1']);
  gate.thaw();
  first.partitions.revoked([PARTITION]);
});

test('a hold that arrives late does not move a retry that is stored by then', async () => {
  const webhook = fixture.webhook(receiver.url);
  const first = await fixture.serve({ spillAfterMs: 5, policy: { scheduleMs: [3_600_000], jitter: 0 } });
  await first.intake.take(requestBatch(webhook, ['m-1'], isReading.signal));
  await waitFor(() => receiver.requests.length === 1, { what: 'the POST' });
  const task = first.scheduler.get((await list())[0]?.id ?? '')!;
  const { nextAttempt } = task;
  release(500);
  await waitFor(async () => (await list())[0]?.status === 'RETRYING', { what: 'the failure to be stored' });
  const due = () => direct.em.fork().execute('select due_at, held_epoch from due_deliveries');
  const before = await due();
  // As it was when the hold was sent.
  const asItWas = Object.create(task, { nextAttempt: { value: nextAttempt } }) as typeof task;
  const handOver = new HandOver(new MikroOrmDatabase(direct.em));
  await handOver.hold([asItWas], [new Date()]);
  expect(await due()).toEqual(before);
  // For an attempt that is not recorded yet, the hold does move the time.
  await handOver.hold([Object.create(task, { nextAttempt: { value: nextAttempt + 1 } })], [new Date()]);
  expect(await due()).not.toEqual(before);
});

test('partitions that come back are served, whatever their hold became of', async () => {
  const webhook = fixture.webhook(receiver.url);
  const first = await fixture.serve({ spillAfterMs: 5, perWebhookConcurrency: 1 });
  await first.intake.take(requestBatch(webhook, ['m-1', 'm-2'], isReading.signal));
  await waitFor(() => receiver.requests.length === 1, { what: 'the first POST' });
  gate.freeze();
  await first.partitions.givingUp();
  const assigned = first.partitions.assigned([PARTITION]);
  gate.thaw();
  await assigned;
  release();
  await waitFor(async () => (await list()).filter(({ status }) => status === 'SUCCESS').length === 2, {
    what: 'both deliveries',
  });
  expect(attempts()).toEqual(['m-1/1', 'm-2/1']);
});
