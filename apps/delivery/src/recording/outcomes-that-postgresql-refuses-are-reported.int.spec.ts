import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { requestsOfRecord } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { randomInt } from 'node:crypto';
import { DispatchFixture, orderedBatch, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let webhook: WebhookSnapshot;
let refused: string[];
let status: number;
beforeEach(async () => {
  fixture = await DispatchFixture.create();
  status = 200;
  receiver = await RecordingReceiver.start({ respond: () => ({ status }) });
  webhook = fixture.webhook(receiver.url);
  refused = [];
  fixture.onRefused = ({ id }) => void refused.push(id);
});
afterEach(async () => {
  await fixture?.close();
  await receiver?.close();
});

const execute = (statement: string): Promise<unknown> => fixture.orm.em.fork().execute(statement);
const withStatus = async (wanted: 'SUCCESS' | 'RETRYING'): Promise<number> =>
  (await fixture.reader.list({ tenantId: null, status: wanted }, null, 100)).length;

test('a delivery that cannot be recorded goes to the dead letters, and can be put back; its neighbours are recorded', async () => {
  await execute(`alter table deliveries add constraint no_refunds check (event_type <> 'sale.refunded')`);
  const service = await fixture.serve();
  const refunds = requestBatch(webhook, ['refund'], undefined, { eventType: 'sale.refunded' });
  const sales = requestBatch(webhook, ['sale-1', 'sale-2']);
  await service.intake.take({ ...sales, records: [...sales.records, ...refunds.records] });
  expect(await withStatus('SUCCESS')).toBe(2);
  expect(fixture.deadLetters).toHaveLength(1);
  const { record, why } = fixture.deadLetters[0]!;
  expect(why).toMatchObject({ reason: 'not_storable', detail: expect.stringContaining('no_refunds') });
  expect(requestsOfRecord(record)).toEqual(requestsOfRecord(refunds.records[0]!));
  expect(refused).toEqual([requestsOfRecord(record)![0]!.request.deliveryId]);
  await execute('alter table deliveries drop constraint no_refunds');
  await service.intake.take({ ...sales, records: [record] });
  await waitFor(async () => (await withStatus('SUCCESS')) === 3, { what: 'the one that was put back' });
});

test('an attempt of a stored delivery that cannot be recorded is reported, and not repeated at once', async () => {
  status = 500;
  const service = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  await service.intake.take(requestBatch(webhook, ['m']));
  await waitFor(async () => (await withStatus('RETRYING')) === 1, { what: 'the first attempt' });
  await execute(`alter table deliveries add constraint no_success check (status <> 'SUCCESS')`);
  status = 200;
  await execute('update due_deliveries set due_at = now()');
  await waitFor(() => fixture.deadLetters.length === 1, { what: 'the dead letter' });
  const { record } = fixture.deadLetters[0]!;
  expect(requestsOfRecord(record)?.[0]?.request).toMatchObject({ webhookId: webhook.id, messageId: 'm' });
  const isLate = async (): Promise<boolean> => {
    const rows = await fixture.orm.em
      .fork()
      .execute<object[]>(`select from due_deliveries where due_at > now() + interval '50 minutes'`);
    return rows.length === 1;
  };
  await waitFor(isLate, { what: 'it to wait' });
  expect(receiver.requests).toHaveLength(2);
});

test('a partition that another replica has dropped is made again, and nothing is refused', async () => {
  const service = await fixture.serve();
  await service.intake.take(requestBatch(webhook, ['before']));
  await execute('drop table deliveries_20260301, delivery_log_20260301');
  await service.intake.take(requestBatch(webhook, ['after']));
  expect(await withStatus('SUCCESS')).toBe(1);
  expect(await execute(`select from delivery_days where day = '2026-03-01'`)).toHaveLength(1);
  expect([refused, fixture.deadLetters]).toEqual([[], []]);
});

test('a subject of the greatest length fits into the index that keeps its order', async () => {
  fixture.directory.put({ ...webhook, ordering: 'subject', version: 2 });
  const service = await fixture.serve({ policy: { scheduleMs: [50], jitter: 0 } });
  status = 500;
  // Nothing that PostgreSQL could compress.
  const subject = Array.from({ length: 682 }, () => String.fromCodePoint(randomInt(0x4e00, 0x9fff))).join('');
  await service.intake.take(
    orderedBatch(
      webhook,
      ['m-1', 'm-2'].map((id) => ({ id, subject })),
    ),
  );
  await waitFor(async () => (await withStatus('RETRYING')) === 1, { what: 'the first to be stored' });
  status = 200;
  await waitFor(async () => (await withStatus('SUCCESS')) === 2, { what: 'both of them' });
  expect(refused).toEqual([]);
});
