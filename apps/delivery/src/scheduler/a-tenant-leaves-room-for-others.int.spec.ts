import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

const SLOTS = 64;
let fixture: DispatchFixture;
/** One host for all webhooks: the path says which of them hang. */
let receiver: RecordingReceiver;
let release: () => void;

beforeEach(async () => {
  const released = new Promise<void>((resolve) => (release = resolve));
  fixture = await DispatchFixture.create({ egress: { maxConnectionsPerHost: SLOTS } });
  receiver = await RecordingReceiver.start({
    respond: ({ path }) => (path.startsWith('/hangs') ? released.then(() => ({})) : {}),
  });
});
afterEach(async () => {
  release();
  await fixture?.close();
  await receiver?.close();
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
const arrived = (at: string): number => receiver.requests.filter(({ path }) => path.startsWith(at)).length;
const many = (tenantId: string, count: number): WebhookSnapshot[] =>
  Array.from({ length: count }, (_, n) => fixture.webhook(`${receiver.url}/hangs/${n}`, { tenantId }));

test('a hundred webhooks of one tenant hang, and those of another are served at once', async () => {
  const { intake, scheduler } = await fixture.serve({
    totalConcurrency: SLOTS,
    requestTimeoutMs: 60_000,
    spillAfterMs: 100,
  });
  const bad = many('large', 100).map((webhook) => intake.take(requestBatch(webhook, numbers(8))));
  await waitFor(() => arrived('/hangs') >= SLOTS / 4, { what: 'the hanging ones to take their slots' });
  await Promise.all(bad);
  expect(scheduler.attemptsInFlight).toBeLessThanOrEqual(SLOTS / 2);
  const good = fixture.webhook(receiver.url, { tenantId: 'small' });
  await intake.take(requestBatch(good, numbers(50)));
  // They arrive while all others still hang; on a slow machine some come by way of PostgreSQL.
  const served = () => fixture.reader.list({ tenantId: 'small', status: 'SUCCESS' }, null, 100);
  await waitFor(async () => (await served()).length === 50, { what: 'all fifty to be delivered' });
  expect((await served()).map(({ attemptCount }) => attemptCount)).toEqual(Array(50).fill(1));
  // None of the hanging deliveries is lost or given up.
  expect(await fixture.reader.list({ tenantId: 'large', status: 'PENDING' }, null, 1_000)).toHaveLength(800);
});

test('overdue deliveries of slow webhooks do not fill the memory that the retries of others need', async () => {
  const slow = many('large', 60);
  const good = fixture.webhook(receiver.url, { tenantId: 'small' });
  const first = await fixture.serve({ spillAfterMs: 20 });
  // No delivery can be tried yet: all are stored, and due as soon as they can be.
  fixture.isMember = false;
  await Promise.all([...slow, good].map((webhook) => first.intake.take(requestBatch(webhook, numbers(20)))));
  await first.stop();
  await fixture.orm.em.fork().execute('update due_deliveries set due_at = now()');
  await fixture.orm.em
    .fork()
    .execute(`update due_deliveries set due_at = now() + interval '1 second' where webhook_id = '${good.id}'`);
  fixture.isMember = true;
  const limits = { totalConcurrency: SLOTS, leasedInMemory: 200, requestTimeoutMs: 60_000 };
  const { scheduler } = await fixture.serve(limits);
  let most = 0;
  await waitFor(
    () => {
      most = Math.max(most, scheduler.size);
      return arrived('/') - arrived('/hangs') === 20;
    },
    { what: 'the retries of the healthy one' },
  );
  await waitFor(() => arrived('/hangs') > 0, { what: 'the slow ones to be tried, too' });
  expect(most).toBeLessThanOrEqual(200);
});

test('when more webhooks wait than can be refilled at once, each gets its turn', async () => {
  const service = await fixture.serve({ spillAfterMs: 20 });
  fixture.isMember = false;
  const webhooks = Array.from({ length: 250 }, (_, n) => fixture.webhook(`${receiver.url}/${n}`));
  await Promise.all(webhooks.map((webhook) => service.intake.take(requestBatch(webhook, numbers(4)))));
  const wanted = [service.scheduler.queues.beginRefills(2_000), service.scheduler.queues.beginRefills(2_000)];
  const ids = wanted.map((found) => found.map(({ webhookId }) => webhookId));
  expect(new Set(ids.flat()).size).toBe(250);
  service.worker.tell({ type: 'Refilled', refills: wanted.flat() });
  fixture.isMember = true;
  await waitFor(() => arrived('/') === 1_000, { what: 'all of them' });
});
