import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { rebuildDeliveries } from '../commands/rebuild-deliveries.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let answer: (index: number) => ReceiverAnswer;

beforeEach(async () => {
  answer = () => ({});
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: (_request, index) => answer(index) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const list = (): Promise<DeliveryRow[]> => fixture.reader.list({ tenantId: null }, null, 10_000);
const untilAll = (status: string, count: number): Promise<DeliveryRow[]> =>
  waitFor(
    async () => {
      const rows = await list();
      return rows.length === count && rows.every((row) => row.status === status) && rows;
    },
    { what: `${count} deliveries ${status}` },
  );
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);

test('a batch is durable once its deliveries were sent, signed and recorded', async () => {
  const { intake } = await fixture.serve({ spillAfterMs: 20_000 });
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, numbers(200)));
  expect(receiver.requests).toHaveLength(200);
  const rows = await list();
  expect(rows).toHaveLength(200);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['SUCCESS']));
  const [request] = receiver.requests;
  const verified = new StandardWebhook(fixture.secret).verify(request!.body.toString(), request!.headers);
  expect(verified).toMatchObject({ type: 'sale.created' });
});

test('a message that comes again is not sent again', async () => {
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, ['m-1', 'm-1']));
  await intake.take(requestBatch(webhook, ['m-1', 'm-2']));
  expect(receiver.requests).toHaveLength(2);
  expect(await list()).toHaveLength(2);
});

test('500, 500, 200 is recorded attempt by attempt, each signed anew, with request and response', async () => {
  answer = (index) => ({ status: index < 2 ? 500 : 200, body: `answer ${index}`, headers: { 'x-shop': 'yes' } });
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url, { headers: { 'x-tenant': 'a', authorization: 'Bearer hidden' } });
  await intake.take(requestBatch(webhook, ['m-1']));
  const [row] = await untilAll('SUCCESS', 1);
  const record = await fixture.reader.find(row!.id, 'tenant-1');
  expect(record?.events.map(({ type }) => type)).toEqual([
    'DeliveryRequested',
    'DeliveryAttemptFailed',
    'DeliveryAttemptFailed',
    'DeliveryAttemptSucceeded',
  ]);
  expect(record?.events[1]?.data).toMatchObject({
    attempt: 1,
    errorClass: 'http_status',
    fault: 'receiver',
    request: { method: 'POST', headers: { 'x-tenant': 'a', authorization: '***' } },
    response: { statusCode: 500, body: 'answer 0', headers: { 'x-shop': 'yes' } },
    address: '127.0.0.1',
  });
  expect(receiver.requests.every(({ headers }) => headers['authorization'] === 'Bearer hidden')).toBe(true);
  expect(receiver.requests.map(({ headers }) => headers['signet-attempt'])).toEqual(['1', '2', '3']);
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await fixture.reader.find(row!.id, 'tenant-2')).toBeNull();
});

test('attempts end with the last one, and a webhook that is gone gets no second', async () => {
  answer = () => ({ status: 500 });
  const { intake, circuits } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url, { maxAttempts: 3 });
  await intake.take(requestBatch(webhook, ['m-1']));
  expect(await untilAll('FAILED', 1)).toMatchObject([{ attemptCount: 3, nextRetryAt: null, responseStatusCode: 500 }]);
  circuits.reset(webhook.id);
  answer = () => ({ status: 410 });
  await intake.take(requestBatch(webhook, ['m-2']));
  const rows = await untilAll('FAILED', 2);
  expect(rows.find(({ errorClass }) => errorClass === 'gone')).toMatchObject({ attemptCount: 1 });
});

test('a batch does not wait for a receiver that hangs: its deliveries go to PostgreSQL, and others pass', async () => {
  const hanging = await RecordingReceiver.start({ respond: () => ({ hang: true }) });
  const { intake } = await fixture.serve({ requestTimeoutMs: 60_000, spillAfterMs: 100 });
  const slow = fixture.webhook(hanging.url);
  await intake.take(requestBatch(slow, numbers(50)));
  expect(hanging.requests.length).toBeLessThanOrEqual(8);
  expect(new Set((await list()).map(({ status }) => status))).toEqual(new Set(['PENDING']));
  await intake.take(requestBatch(fixture.webhook(receiver.url), numbers(50)));
  await waitFor(() => receiver.requests.length === 50, { what: 'all of the other webhook to arrive' });
  await hanging.close();
});

test('deliveries that were parked for a slow receiver arrive once each when it has room', async () => {
  answer = () => ({ delayMs: 20 });
  const { intake } = await fixture.serve({ spillAfterMs: 20 });
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, numbers(300)));
  await untilAll('SUCCESS', 300);
  expect(receiver.requests).toHaveLength(300);
});

test('an open circuit holds deliveries back without spending attempts, and a probe lets them go', async () => {
  let isDown = true;
  answer = () => ({ status: isDown ? 503 : 200 });
  const { intake, circuits } = await fixture.serve({ policy: { scheduleMs: [300], jitter: 0 }, maxAttempts: 9 });
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, numbers(8)));
  await waitFor(() => circuits.state(webhook.id) !== 'closed', { what: 'the circuit to open' });
  const openings = (): number => circuits.find(webhook.id)?.openings ?? 0;
  const [sent, openedBefore] = [receiver.requests.length, openings()];
  await intake.take(requestBatch(webhook, ['held-1', 'held-2']));
  const held = (await list()).filter(({ attemptCount }) => attemptCount === 0);
  expect(held).toHaveLength(2);
  // Nothing but probes, each of which has opened the circuit once more but for the one that may be on the wire.
  expect(receiver.requests.length - sent - (openings() - openedBefore)).toBeLessThanOrEqual(1);
  isDown = false;
  await untilAll('SUCCESS', 10);
  expect(circuits.state(webhook.id)).toBe('closed');
});

test('deliveries of a webhook that was disabled meanwhile end as FAILED with that reason, unsent', async () => {
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  fixture.directory.put({ ...webhook, isActive: false, version: 2 });
  await intake.take(requestBatch(webhook, ['m-1']));
  expect(await list()).toMatchObject([{ status: 'FAILED', errorClass: 'disabled', attemptCount: 0 }]);
  expect(receiver.requests).toHaveLength(0);
});

test('a new owner locks the old one out: what the old one reports is not stored', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const respond = (_request: unknown, index: number): ReceiverAnswer | Promise<ReceiverAnswer> =>
    index === 0 ? released.then(() => ({ status: 500 })) : {};
  const blocked = await RecordingReceiver.start({ respond });
  const old = await fixture.serve({ spillAfterMs: 20 });
  const webhook = fixture.webhook(blocked.url);
  await old.intake.take(requestBatch(webhook, ['m-1']));
  await waitFor(() => blocked.requests.length === 1, { what: 'the POST of the old owner' });
  const next = await fixture.serve();
  expect(next.ownership.claim(0)?.epoch).toBe(2);
  await waitFor(() => blocked.requests.length === 2, { what: 'the POST of the new one' });
  release();
  await waitFor(() => old.scheduler.size === 0, { what: 'the old owner to be done' });
  await waitFor(async () => (await list())[0]?.status === 'SUCCESS', { what: 'the new owner to be done' });
  expect(await list()).toMatchObject([{ attemptCount: 1, responseStatusCode: 200 }]);
  await blocked.close();
});

test('deliveries and work queue are made anew from the log, row for row', async () => {
  answer = (index) => ({ status: [200, 500, 410][index % 3] ?? 200 });
  const { intake, circuits } = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  for (let n = 0; n < 10; n++) {
    const webhook = fixture.webhook(receiver.url);
    await intake.take(requestBatch(webhook, numbers(6)));
    circuits.reset(webhook.id);
  }
  await waitFor(async () => (await list()).every(({ status }) => status !== 'PENDING'), { what: 'first attempts' });
  const connection = fixture.orm.em.getConnection();
  const snapshot = async (): Promise<unknown> => [
    await connection.execute('select * from deliveries order by id'),
    await connection.execute('select * from due_deliveries order by delivery_id'),
  ];
  const before = await snapshot();
  expect(await rebuildDeliveries(fixture.database)).toBe(60);
  expect(await snapshot()).toEqual(before);
});
