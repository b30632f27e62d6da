import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { DueDeliveries } from './due-deliveries.ts';
import { Leases } from './leases.ts';
import { Ownership } from '../partitions/ownership.ts';

const HOUR = 3_600_000;
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let owner: Ownership;
let due: DueDeliveries;
let leases: Leases;
beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: 500 }) });
  const service = await fixture.serve({ policy: { scheduleMs: [HOUR], jitter: 0 } });
  await service.intake.take(requestBatch(fixture.webhook(receiver.url), ['m-1', 'm-2', 'm-3']));
  await waitFor(() => service.scheduler.size === 0, { what: 'the first attempts' });
  await service.stop();
  owner = new Ownership(fixture.database, systemClock, 'the test');
  due = new DueDeliveries(fixture.database);
  leases = new Leases(fixture.database, () => later(2 * HOUR), HOUR);
  await owner.take([PARTITION]);
});
afterAll(async () => {
  await receiver.close();
  await fixture.close();
});

const later = (ms: number): Date => new Date(Date.now() + ms);
const dueTimes = async (): Promise<string[]> => {
  const rows = await fixture.orm.em
    .fork()
    .execute<{ due_at: string }[]>('select due_at::text from due_deliveries order by delivery_id');
  return rows.map((row) => row.due_at);
};

test("an old owner that parks or reschedules a delivery changes nothing of the new owner's", async () => {
  const { tasks } = await leases.leaseDue(owner.all(), 10);
  expect(tasks).toHaveLength(3);
  await new Ownership(fixture.database, systemClock, 'the next').take([PARTITION]);
  const before = await dueTimes();
  await due.reschedule(tasks, 'parked');
  await due.reschedule(tasks, later(0));
  expect(await dueTimes()).toEqual(before);
  await owner.take([PARTITION]);
});

test('a delivery that is given back keeps the time of its retry, and is due now if that has passed', async () => {
  const { tasks } = await new Leases(fixture.database, () => later(4 * HOUR), HOUR).leaseDue(owner.all(), 10);
  expect(tasks).toHaveLength(3);
  await new Leases(fixture.database, systemClock, HOUR).giveBack(tasks);
  const retries = await fixture.orm.em
    .fork()
    .execute<{ next_retry_at: string }[]>('select next_retry_at::text from deliveries order by id');
  expect(await dueTimes()).toEqual(retries.map((row) => row.next_retry_at));
  const inTwoHours = later(2 * HOUR);
  await new Leases(fixture.database, () => inTwoHours, HOUR).giveBack(tasks);
  expect((await dueTimes()).map((time) => Date.parse(time))).toEqual(tasks.map(() => inTwoHours.getTime()));
});

test('a row of the work queue without a delivery is removed, and hides nothing behind it', async () => {
  await fixture.orm.em.fork().execute(`update due_deliveries set due_at = 'infinity'`);
  const [gone] = await fixture.orm.em
    .fork()
    .execute<{ delivery_id: string; webhook_id: string }[]>(
      'select delivery_id, webhook_id from due_deliveries order by created_at, delivery_id limit 1',
    );
  await fixture.orm.em.fork().execute('delete from deliveries where id = ?', [gone!.delivery_id]);
  const found = await leases.leaseParked(owner.all(), [{ webhookId: gone!.webhook_id, limit: 3 }]);
  expect(found.tasks).toHaveLength(2);
  expect(found.leased.get(gone!.webhook_id)).toBe(3);
  expect(await dueTimes()).toHaveLength(2);
});
