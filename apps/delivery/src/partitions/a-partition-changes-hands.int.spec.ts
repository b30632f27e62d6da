import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, fakeClock, waitFor } from '@signet/testing';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, orderedBatch, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
/** Lets the receiver answer what it has kept waiting, and whatever comes from then on. */
let release: (status?: number) => void;

beforeEach(async () => {
  fixture = await DispatchFixture.create();
  receiver = await heldReceiver();
});
afterEach(async () => {
  release();
  await fixture.close();
  await receiver.close();
});

async function heldReceiver(): Promise<RecordingReceiver> {
  const released = new Promise<number>((resolve) => (release = (status = 200) => resolve(status)));
  let isReleased = false;
  void released.then(() => (isReleased = true));
  return RecordingReceiver.start({ respond: async () => (isReleased ? {} : { status: await released }) });
}

const list = (): Promise<DeliveryRow[]> => fixture.reader.list({ tenantId: null }, null, 100);
const messageIds = (): string[] =>
  receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: { messageId: string } }).data.messageId);

async function giveUp(service: DispatchService, isReading: AbortController): Promise<void> {
  await service.partitions.givingUp();
  isReading.abort();
  service.partitions.revoked([PARTITION]);
}

test('deliveries that a killed owner had leased are tried by the next owner at once', async () => {
  const webhook = fixture.webhook(receiver.url);
  const first = await fixture.serve({ spillAfterMs: 5, perWebhookConcurrency: 1 });
  await first.intake.take(requestBatch(webhook, ['m-1', 'm-2', 'm-3']));
  await waitFor(() => receiver.requests.length === 1, { what: 'the first POST' });
  await fixture.serve();
  // Its leases would hold for three quarters of a minute.
  await waitFor(() => messageIds().length === 4, { what: 'all of them, and the first once more' });
  expect(messageIds().toSorted()).toEqual(['m-1', 'm-1', 'm-2', 'm-3']);
});

test("a retry keeps its time when the partition's owner changes", async () => {
  const webhook = fixture.webhook(receiver.url);
  const first = await fixture.serve({ policy: { scheduleMs: [60_000], jitter: 0 } });
  const taken = first.intake.take(requestBatch(webhook, ['m-1']));
  await waitFor(() => receiver.requests.length === 1, { what: 'the POST' });
  release(500);
  await taken;
  await waitFor(async () => (await list())[0]?.status === 'RETRYING', { what: 'the failure' });
  await fixture.serve();
  const due = await fixture.orm.em.fork().execute<{ at: string }[]>('select due_at as at from due_deliveries');
  expect(due.map(({ at }) => Date.parse(at))).toEqual([Date.parse((await list())[0]?.nextRetryAt ?? '')]);
});

test.each([
  ['is only a Kafka record', 20_000],
  ['is stored', 5],
])(
  'a delivery on the wire when its partition is given up, and %s, is not repeated; its sender records the outcome',
  async (_what, spillAfterMs) => {
    const webhook = fixture.webhook(receiver.url);
    const first = await fixture.serve({ spillAfterMs });
    const isReading = new AbortController();
    const taken = first.intake.take(requestBatch(webhook, ['m-1'], isReading.signal));
    await waitFor(() => receiver.requests.length === 1, { what: 'the POST' });
    if (spillAfterMs < 1_000) await taken;
    await giveUp(first, isReading);

    const second = await fixture.serve();
    await second.intake.take(requestBatch(webhook, ['m-1']));
    expect(await list()).toMatchObject([{ status: 'PENDING', attemptCount: 0 }]);
    release(500);
    await waitFor(async () => (await list())[0]?.status === 'SUCCESS', { what: 'the delivery' });
    expect(receiver.requests).toHaveLength(2);
    const { events = [] } = (await fixture.reader.find((await list())[0]?.id ?? '', null)) ?? {};
    const attempts = events.flatMap((event) =>
      'owner' in event.data ? [{ owner: event.data.owner, epoch: event.data.epoch }] : [],
    );
    expect(attempts).toEqual([
      { owner: 'replica-1', epoch: 1 },
      { owner: 'replica-2', epoch: 2 },
    ]);
  },
);

test('a delivery that is only a Kafka record is held by the statement that stores it', async () => {
  const first = await fixture.serve({ spillAfterMs: 20_000 });
  void first.intake.take(requestBatch(fixture.webhook(receiver.url), ['m-1']));
  await waitFor(() => receiver.requests.length === 1, { what: 'the POST' });
  await fixture.orm.em.fork().execute(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no second statement'; end $$;
    create trigger refuse before update on due_deliveries for each row execute function refuse();`);
  await first.partitions.givingUp();
  const held = await fixture.orm.em.fork().execute<object[]>('select held_epoch from due_deliveries');
  expect(held).toEqual([{ held_epoch: '1' }]);
});

test('the order of a subject holds over a change of hands: the next waits for what is on the wire elsewhere', async () => {
  const webhook = fixture.webhook(receiver.url, { ordering: 'subject' });
  const messages = ['m-1', 'm-2', 'm-3'].map((id) => ({ id, subject: 'till-1' }));
  const first = await fixture.serve({ spillAfterMs: 20_000 });
  const isReading = new AbortController();
  void first.intake.take(orderedBatch(webhook, messages, 0, isReading.signal));
  await waitFor(() => receiver.requests.length === 1, { what: 'the first POST' });
  await giveUp(first, isReading);

  const second = await fixture.serve();
  await second.intake.take(orderedBatch(webhook, messages));
  release();
  await waitFor(async () => (await list()).every(({ status }) => status === 'SUCCESS'), { what: 'all of them' });
  expect(messageIds()).toEqual(['m-1', 'm-2', 'm-3']);
});

test('a replica that is giving up starts nothing, and goes on with what stays', async () => {
  release();
  const webhook = fixture.webhook(receiver.url);
  const service = await fixture.serve();
  await service.partitions.givingUp();
  const taken = service.intake.take(requestBatch(webhook, ['m-1', 'm-2']));
  await waitFor(() => service.scheduler.size === 2, { what: 'both to wait' });
  // A request that is sent after them arrives, while they have not begun.
  await fetch(receiver.url, { method: 'POST', body: JSON.stringify({ data: { messageId: 'from elsewhere' } }) });
  expect(service.scheduler.attemptsInFlight).toBe(0);
  expect(messageIds()).toEqual(['from elsewhere']);
  await service.partitions.assigned([PARTITION]);
  await taken;
  // The two go out at once, over a connection each.
  expect(messageIds().toSorted()).toEqual(['from elsewhere', 'm-1', 'm-2']);
  expect(service.ownership.claim(PARTITION)?.epoch).toBe(1);
});

test('a held delivery whose outcome is never reported is tried when its attempt must have ended', async () => {
  const clock = fakeClock();
  const later = await DispatchFixture.create({ clock });
  try {
    // Longer than the test takes: what times out is reported on.
    const webhook = later.webhook(receiver.url, { requestTimeoutMs: 30_000 });
    const first = await later.serve({ spillAfterMs: 5 });
    const taken = first.intake.take(requestBatch(webhook, ['m-1']));
    await waitFor(() => receiver.requests.length === 1, { what: 'the POST' });
    // By this clock the receiver is slow now: the delivery is stored.
    clock.advance(5);
    await taken;
    await first.partitions.givingUp();
    const second = await later.serve();
    clock.advance(34_000);
    // Its retry comes from the work queue: when it arrives, the queue has been read. When it has ended and memory is empty,
    // nothing else was read with it, and nothing is on its way to the receiver.
    const other = await RecordingReceiver.start({
      respond: (_request, index) => ({ status: index === 0 ? 500 : 200 }),
    });
    await second.intake.take(requestBatch(later.webhook(other.url), ['m-2']));
    clock.advance(100);
    await waitFor(() => other.requests.length === 2, { what: 'a retry that is due' });
    await waitFor(() => second.scheduler.size === 0, { what: 'the end of the retry, and of nothing else' });
    await other.close();
    expect(receiver.requests).toHaveLength(1);
    clock.advance(2_000);
    await waitFor(() => receiver.requests.length === 2, { what: 'the second try' });
    expect(receiver.requests.map(({ headers }) => headers['signet-attempt'])).toEqual(['1', '1']);
  } finally {
    release();
    await later.close();
  }
});
