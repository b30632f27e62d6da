import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { DeliveryCommands } from '../delivery/http/delivery.commands.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

/** Nothing of this file waits for a retry: by itself none would come within the test. */
const HOURS = { policy: { scheduleMs: [3_600_000], jitter: 0 } };

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let answer: (index: number) => ReceiverAnswer;

beforeEach(async () => {
  answer = () => ({ status: 500 });
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: (_request, index) => answer(index) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const list = (webhookId?: string): Promise<DeliveryRow[]> =>
  fixture.reader.list({ tenantId: null, webhookId }, null, 10_000);
const untilAll = (status: string, count: number, webhookId?: string): Promise<DeliveryRow[]> =>
  waitFor(
    async () => {
      const rows = await list(webhookId);
      return rows.length === count && rows.every((row) => row.status === status) && rows;
    },
    { what: `${count} deliveries ${status}` },
  );
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
const dueCount = async (): Promise<number> => {
  const [row] = await fixture.orm.em.fork().execute<{ count: string }[]>('select count(*) from due_deliveries');
  return Number(row?.count);
};

test('a retry that is hours away ends as soon as its webhook is disabled, and those of others do not', async () => {
  const { intake } = await fixture.serve(HOURS);
  const webhook = fixture.webhook(receiver.url);
  const other = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, ['m-1', 'm-2']));
  await intake.take(requestBatch(other, ['m-1']));
  await untilAll('RETRYING', 3);
  fixture.directory.put({ ...webhook, isActive: false, version: 2 });
  const [ended] = await untilAll('FAILED', 2, webhook.id);
  expect(ended).toMatchObject({
    errorClass: 'http_status',
    errorMessage: 'The receiver answered 500.',
    endReason: 'disabled',
    attemptCount: 1,
    nextRetryAt: null,
  });
  expect(await list(other.id)).toMatchObject([{ status: 'RETRYING' }]);
  expect(await dueCount()).toBe(1);
  const record = await fixture.reader.find(ended!.id, 'tenant-1');
  expect(record?.events.at(-1)).toMatchObject({
    type: 'DeliveryAbandoned',
    data: { reason: 'disabled', attemptCount: 1 },
  });
});

test('a long backlog behind an open circuit ends batch by batch', async () => {
  const { intake, circuits } = await fixture.serve({ ...HOURS, spillAfterMs: 20 });
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, numbers(8)));
  await waitFor(() => circuits.state(webhook.id) === 'open', { what: 'the circuit to open' });
  const backlog = Array.from({ length: 1_300 }, (_, index) => `held-${index}`);
  await intake.take(requestBatch(webhook, backlog));
  await waitFor(async () => (await dueCount()) === 1_308, { what: 'the backlog to be stored' });
  fixture.directory.put({ ...webhook, isActive: false, version: 2 });
  const rows = await untilAll('FAILED', 1_308);
  expect(new Set(rows.map(({ endReason }) => endReason))).toEqual(new Set(['disabled']));
  expect(receiver.requests).toHaveLength(8);
  expect(await dueCount()).toBe(0);
});

test('a webhook that is deleted takes its deliveries along at once, however new they are', async () => {
  const { intake } = await fixture.serve(HOURS);
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, ['m-1']));
  await untilAll('RETRYING', 1);
  fixture.directory.remove(webhook.id);
  expect(await untilAll('FAILED', 1)).toMatchObject([{ endReason: 'deleted', attemptCount: 1 }]);
});

test('an attempt on the wire is recorded; when it fails there is no further one, when it succeeds all is well', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const slow = await RecordingReceiver.start({
    respond: (_request, index) => released.then(() => ({ status: index === 0 ? 500 : 200 })),
  });
  const { intake } = await fixture.serve({ ...HOURS, spillAfterMs: 20, perWebhookConcurrency: 2 });
  const webhook = fixture.webhook(slow.url);
  await intake.take(requestBatch(webhook, numbers(5)));
  await waitFor(() => slow.requests.length === 2, { what: 'two attempts on the wire' });
  fixture.directory.put({ ...webhook, isActive: false, version: 2 });
  await waitFor(async () => (await list()).filter(({ status }) => status === 'FAILED').length === 3, {
    what: 'those that wait to end',
  });
  release();
  const rows = await waitFor(
    async () => {
      const all = await list();
      return all.every(({ status }) => status === 'FAILED' || status === 'SUCCESS') && all;
    },
    { what: 'the attempts to be recorded' },
  );
  expect(rows.filter(({ status }) => status === 'SUCCESS')).toHaveLength(1);
  const failed = rows.find(({ status, attemptCount }) => status === 'FAILED' && attemptCount === 1);
  expect(failed).toMatchObject({ errorClass: 'http_status', endReason: 'disabled', responseStatusCode: 500 });
  expect(slow.requests).toHaveLength(2);
  await slow.close();
});

test('deliveries whose webhook ended while the partition had no owner end when it is taken over', async () => {
  const first = await fixture.serve(HOURS);
  const disabled = fixture.webhook(receiver.url);
  const live = fixture.webhook(receiver.url);
  for (const webhook of [disabled, live]) await first.intake.take(requestBatch(webhook, ['m-1']));
  await untilAll('RETRYING', 2);
  first.partitions.revoked([PARTITION]);
  fixture.directory.put({ ...disabled, isActive: false, version: 2 });
  await first.stop();
  expect(await list(disabled.id)).toMatchObject([{ status: 'RETRYING' }]);
  await fixture.serve(HOURS);
  expect(await untilAll('FAILED', 1, disabled.id)).toMatchObject([{ endReason: 'disabled' }]);
  expect(await list(live.id)).toMatchObject([{ status: 'RETRYING' }]);
});

test('only the owner ends deliveries: one that was replaced without noticing changes nothing', async () => {
  const old = await fixture.serve(HOURS);
  const webhook = fixture.webhook(receiver.url);
  await old.intake.take(requestBatch(webhook, numbers(4)));
  await waitFor(async () => (await list()).every(({ status }) => status === 'RETRYING'), {
    what: 'the first attempts',
  });
  const next = await fixture.serve(HOURS);
  expect(old.ownership.claim(PARTITION)?.epoch).toBe(1);
  fixture.directory.put({ ...webhook, isActive: false, version: 2 });
  const rows = await untilAll('FAILED', 4);
  for (const { id } of rows) {
    const events = (await fixture.reader.find(id, null))?.events ?? [];
    expect(events.filter(({ type }) => type === 'DeliveryAbandoned')).toHaveLength(1);
  }
  expect(next.ownership.claim(PARTITION)?.epoch).toBe(2);
});

test('deliveries of a suspended tenant end with that reason, those under way and those to come, and can be retried', async () => {
  const { intake } = await fixture.serve(HOURS);
  fixture.tenant('active', 1);
  const webhook = fixture.webhook(receiver.url);
  const others = fixture.webhook(receiver.url, { tenantId: 'tenant-2' });
  for (const known of [webhook, others]) await intake.take(requestBatch(known, ['m-1']));
  await untilAll('RETRYING', 2);
  fixture.tenant('suspended', 2);
  expect(await untilAll('FAILED', 1, webhook.id)).toMatchObject([
    { endReason: 'tenant_suspended', errorMessage: 'The receiver answered 500.', attemptCount: 1 },
  ]);
  await intake.take(requestBatch(webhook, ['m-2']));
  const [second] = (await untilAll('FAILED', 2, webhook.id)).filter(({ attemptCount }) => attemptCount === 0);
  expect(second).toMatchObject({ errorClass: 'tenant_suspended', errorMessage: 'The tenant was suspended.' });
  expect(await list(others.id)).toMatchObject([{ status: 'RETRYING' }]);
  expect(receiver.requests).toHaveLength(2);

  answer = () => ({});
  fixture.tenant('active', 3);
  const commands = new DeliveryCommands(fixture.database, fixture.reader, () => new Date());
  await commands.retry(second!.id, null, 'test');
  await waitFor(async () => (await fixture.reader.find(second!.id, null))?.row.status === 'SUCCESS', {
    what: 'the retry to succeed',
  });
  await intake.take(requestBatch(webhook, ['m-3']));
  expect(receiver.requests).toHaveLength(4);
});
