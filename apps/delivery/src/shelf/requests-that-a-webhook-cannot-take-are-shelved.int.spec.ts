import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DeliveryRequest, WebhookSnapshot } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { fakeClock, RecordingReceiver, waitFor } from '@signet/testing';
import { RequestBundles } from '../fan-out/request-bundles.ts';
import { asBatch, PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, orderedBatch, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

const COUNT = 20;
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let status: number;

beforeEach(async () => {
  status = 500;
  fixture = await DispatchFixture.create();
  fixture.isBusy = true;
  receiver = await RecordingReceiver.start({ respond: () => ({ status }) });
});
afterEach(async () => {
  await fixture?.close();
  await receiver?.close();
});

const numbers = (prefix: string, count = COUNT): string[] => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
const inLists = async (ending?: string): Promise<number> =>
  (await fixture.reader.list({ tenantId: null, ...(ending && { status: ending as 'SUCCESS' }) }, null, 200)).length;
const messageIds = (): string[] =>
  receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: { messageId: string } }).data.messageId);

/**
 * A replica whose webhook's circuit is open for an hour; five failed deliveries and eight that it holds back are in the
 * lists, and the shelf is empty. While the process is busy the next row is taken back after `unhurriedMs`: never, where a
 * test does not move its clock.
 */
async function behindAnOpenCircuit(
  unhurriedMs = 3_600_000,
): Promise<{ service: DispatchService; webhook: WebhookSnapshot }> {
  const service = await fixture.serve({
    policy: { scheduleMs: [3_600_000], jitter: 0 },
    shelf: { lingerMs: 1, unhurriedMs },
  });
  const webhook = fixture.webhook(receiver.url);
  await service.intake.take(requestBatch(webhook, numbers('failing', 5)));
  await waitFor(() => service.circuits.state(webhook.id) === 'open', { what: 'the circuit to open' });
  await waitFor(async () => (await inLists('RETRYING')) === 5, { what: 'the failures' });
  // One bundle is taken back at once even while the process is busy.
  await service.intake.take(requestBatch(webhook, numbers('first', 8)));
  await waitFor(async () => (await inLists()) === 13, { what: 'the first bundle to be taken back' });
  // Its row is removed after that.
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'its row to be removed' });
  return { service, webhook };
}

test('requests behind an open circuit are durable on the shelf, and in the lists when there is time for it', async () => {
  const { service, webhook } = await behindAnOpenCircuit();
  await service.intake.take(requestBatch(webhook, numbers('m')));
  expect(await service.shelvedRequests()).toBe(COUNT);
  expect(await inLists()).toBe(13);
  fixture.isBusy = false;
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'the shelf to be empty' });
  expect(await inLists('PENDING')).toBe(8 + COUNT);
  expect(receiver.requests).toHaveLength(5);
});

test('in a busy process, too, they come back bit by bit', async () => {
  const clock = fakeClock();
  await fixture.close();
  fixture = await DispatchFixture.create({ clock });
  fixture.isBusy = true;
  const { service, webhook } = await behindAnOpenCircuit(500);
  await service.intake.take(requestBatch(webhook, numbers('m')));
  await service.intake.take(requestBatch(webhook, numbers('n')));
  expect(await service.shelvedRequests()).toBe(2 * COUNT);
  clock.advance(500);
  await waitFor(async () => (await service.shelvedRequests()) === COUNT, { what: 'one bundle' });
  clock.advance(500);
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'the other' });
  expect(await inLists('PENDING')).toBe(8 + 2 * COUNT);
});

test('when the circuit closes all of them are sent, each once', async () => {
  const { service, webhook } = await behindAnOpenCircuit();
  await service.intake.take(requestBatch(webhook, numbers('m')));
  // Kafka gives them once more.
  await service.intake.take(requestBatch(webhook, numbers('m')));
  status = 200;
  service.circuits.reset(webhook.id);
  await waitFor(async () => (await inLists('SUCCESS')) === 8 + COUNT, { what: 'all of them' });
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'the shelf to be empty' });
  // That they are late is their receiver's fault: the objective leaves them out.
  expect(await fixture.metrics.metrics()).toContain(
    `signet_delivery_first_attempt_delay_seconds_count{fault="receiver"} ${8 + COUNT}`,
  );
  expect(
    messageIds()
      .filter((id) => id.startsWith('m-'))
      .toSorted(),
  ).toEqual(numbers('m').toSorted());
});

test('requests for a receiver that hangs are shelved as well', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const hanging = await RecordingReceiver.start({ respond: () => released.then(() => ({})) });
  const service = await fixture.serve({ spillAfterMs: 5, perWebhookConcurrency: 2 });
  const webhook = fixture.webhook(hanging.url);
  await service.intake.take(requestBatch(webhook, numbers('m', 10)));
  await waitFor(() => service.scheduler.loads.takesNothing(webhook.id, 20, Date.now()), { what: 'it to hang' });
  // Two on the wire and eight parked come first.
  await service.intake.take(requestBatch(webhook, numbers('n')));
  release();
  await waitFor(async () => (await inLists('SUCCESS')) === 10 + COUNT, { what: 'all of them' });
  expect(new Set(hanging.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(10 + COUNT);
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'the shelf to be empty' });
  await hanging.close();
});

test('shelved requests of a webhook that was disabled meanwhile end as failed', async () => {
  const { service, webhook } = await behindAnOpenCircuit();
  await service.intake.take(requestBatch(webhook, numbers('m')));
  fixture.directory.put({ ...webhook, isActive: false, version: 2 });
  fixture.isBusy = false;
  await waitFor(async () => (await inLists('FAILED')) === 13 + COUNT, { what: 'all of them to end' });
  expect(receiver.requests).toHaveLength(5);
});

test('the next owner takes over what is shelved, and what its predecessor has taken back is not sent twice', async () => {
  const { service, webhook } = await behindAnOpenCircuit();
  await service.intake.take(requestBatch(webhook, numbers('m')));
  const bundles = await fixture.orm.em
    .fork()
    .execute<object[]>('select webhook_id, count, requests from shelved_requests');
  expect(bundles).toHaveLength(1);
  // As after a crash between the last write and the removal.
  await fixture.orm.em
    .fork()
    .execute(
      'insert into shelved_requests (partition, webhook_id, count, requests) select partition, webhook_id, count, requests from shelved_requests',
    );
  service.partitions.revoked([PARTITION]);
  status = 200;
  const next = await fixture.serve();
  // The circuit is still open, as the previous owner has stored: a person asks for a probe.
  await fixture.orm.em.fork().execute('update circuits set probe_asked_at = now()');
  await waitFor(async () => (await inLists('SUCCESS')) === 8 + COUNT, { what: 'all of them' });
  await waitFor(async () => (await next.shelvedRequests()) === 0, { what: 'the shelf to be empty' });
  expect(messageIds().filter((id) => id.startsWith('m-'))).toHaveLength(COUNT);
});

test('an owner that was replaced without noticing shelves nothing', async () => {
  const { service, webhook } = await behindAnOpenCircuit();
  await fixture.orm.em.fork().execute('update partition_owners set epoch = epoch + 1');
  await expect(service.intake.take(requestBatch(webhook, numbers('m')))).rejects.toMatchObject({ retryable: true });
  expect(await fixture.orm.em.fork().execute('select from shelved_requests')).toEqual([]);
});

test.each<[string, (webhook: WebhookSnapshot) => ReturnType<typeof requestBatch>]>([
  ['few', (webhook) => requestBatch(webhook, numbers('m', 7))],
  ['tests', (webhook) => requestBatch(webhook, numbers('m'), undefined, { kind: 'test' })],
  [
    'replays',
    (webhook) => requestBatch(webhook, numbers('m'), undefined, { kind: 'replay' } as Partial<DeliveryRequest>),
  ],
  [
    'in an order',
    (webhook) => {
      fixture.directory.put({ ...webhook, ordering: 'subject', version: 2 });
      return orderedBatch(
        webhook,
        numbers('m').map((id) => ({ id, subject: newId() })),
      );
    },
  ],
])('requests that are %s are stored one by one', async (_what, batchFor) => {
  const { service, webhook } = await behindAnOpenCircuit();
  const batch = batchFor(webhook);
  await service.intake.take(batch);
  expect(await service.shelvedRequests()).toBe(0);
  expect(await inLists()).toBe(13 + batch.records.length);
});

test.each<[string, Partial<DeliveryRequest>]>([
  ['a wrong delivery id', { deliveryId: 'no uuid' }],
  ['a wrong event id', { eventId: 'no uuid' }],
])('requests with %s, which another program wrote, are set aside when they are taken back', async (_what, fields) => {
  const { service, webhook } = await behindAnOpenCircuit();
  const batch = requestBatch(webhook, numbers('m', 8), undefined, fields);
  await service.intake.take(batch);
  fixture.isBusy = false;
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'the shelf to be empty' });
  expect(fixture.deadLetters.map(({ record, why }) => [record.offset, record.value, why.reason])).toEqual(
    batch.records.map(({ offset, value }) => [offset, value, 'not_a_delivery_request']),
  );
  expect(await inLists()).toBe(13);
});

test('bundles, too, are shelved as they are, and every message in them sent when the circuit closes', async () => {
  const { service, webhook } = await behindAnOpenCircuit();
  const bundles = new RequestBundles();
  for (const id of numbers('m', 70)) {
    const message = { eventId: newId(), eventType: 'sale.created', source: '/test', messageId: id };
    const json = JSON.stringify({ ...message, messageTime: '2026-03-01T10:00:00Z', acceptedAt: 0 });
    bundles.add(webhook, { json, body: Buffer.from(JSON.stringify({ data: { messageId: id } })) });
  }
  await service.intake.take(asBatch(bundles.take(), 100));
  expect(await service.shelvedRequests()).toBe(70);
  status = 200;
  service.circuits.reset(webhook.id);
  await waitFor(async () => (await inLists('SUCCESS')) === 8 + 70, { what: 'all of them' });
  const arrived = messageIds().filter((id) => id.startsWith('m-'));
  expect(arrived.toSorted()).toEqual(numbers('m', 70).toSorted());
});

test('a request that comes from Kafka and from the shelf at once is sent once', async () => {
  status = 200;
  const service = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  const { signal } = new AbortController();
  for (let round = 0; round < 20; round += 1) {
    const batch = requestBatch(webhook, numbers(`round-${round}`));
    const taking = service.intake.take(batch);
    // As after a crash between the shelf and the offset: again and again, while the first ones already end.
    const back = [0, 1, 2].map(async (ticks) => {
      await waitFor(() => receiver.requests.length >= round * COUNT + ticks * 8, { what: 'some of them' });
      return service.intake.takeBack(batch.records, PARTITION, signal);
    });
    expect(await Promise.all([...back, taking])).toEqual([true, true, true, undefined]);
  }
  await waitFor(async () => (await inLists('SUCCESS')) === 200, { what: 'a page of them' });
  expect(receiver.requests).toHaveLength(20 * COUNT);
});
