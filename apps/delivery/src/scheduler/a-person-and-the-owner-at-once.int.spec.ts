import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { DeliveryCommands } from '../delivery/http/delivery.commands.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let release: () => void;
let status: number;

beforeEach(async () => {
  const released = new Promise<void>((resolve) => (release = resolve));
  fixture = await DispatchFixture.create();
  const respond = (): Promise<ReceiverAnswer> => released.then(() => ({ status }));
  receiver = await RecordingReceiver.start({ respond });
});
afterEach(async () => {
  release();
  await receiver?.close();
  await fixture?.close();
});

const list = (): Promise<DeliveryRow[]> => fixture.reader.list({ tenantId: null }, null, 100);
const commands = (): DeliveryCommands => new DeliveryCommands(fixture.database, fixture.reader, systemClock);

/** A delivery that is stored and whose first POST hangs. */
async function onTheWire(): Promise<DeliveryRow> {
  const { intake } = await fixture.serve({ spillAfterMs: 10, policy: { scheduleMs: [3_600_000], jitter: 0 } });
  await intake.take(requestBatch(fixture.webhook(receiver.url), ['m-1']));
  await waitFor(() => receiver.requests.length === 1, { what: 'the POST' });
  const [row] = await list();
  return row!;
}

test('a retry is asked for while an attempt is on the wire that succeeds: there is no other', async () => {
  const { id } = await onTheWire();
  await commands().retry(id, 'tenant-1', 'an-operator');
  status = 200;
  release();
  await waitFor(async () => (await list())[0]?.status === 'SUCCESS', { what: 'the attempt' });
  const record = await fixture.reader.find(id, 'tenant-1');
  expect(record?.row.isRetryAsked).toBe(false);
  expect(record?.events.map(({ type }) => type)).toEqual([
    'DeliveryRequested',
    'DeliveryRetryRequested',
    'DeliveryAttemptSucceeded',
  ]);
  await waitFor(async () => (await fixture.orm.em.fork().execute('select from due_deliveries')).length === 0, {
    what: 'nothing to be due any more',
  });
  expect(receiver.requests).toHaveLength(1);
});

test('a retry is asked for while an attempt is on the wire that fails: it follows at once', async () => {
  const { id } = await onTheWire();
  await commands().retry(id, 'tenant-1', 'an-operator');
  status = 500;
  release();
  await waitFor(async () => (await list())[0]?.attemptCount === 2, { what: 'the retry' });
  const record = await fixture.reader.find(id, 'tenant-1');
  expect(record?.row).toMatchObject({ status: 'RETRYING', isRetryAsked: false });
  expect(record?.events.map(({ type }) => type)).toEqual([
    'DeliveryRequested',
    'DeliveryRetryRequested',
    'DeliveryAttemptFailed',
    'DeliveryAttemptFailed',
  ]);
  expect(record?.events.at(-1)?.data).toMatchObject({ cause: 'person' });
});

test('a delivery that is deleted while an attempt is on the wire stays deleted', async () => {
  const { id } = await onTheWire();
  await commands().remove(id, 'tenant-1');
  status = 500;
  const [service] = fixture.services;
  release();
  await waitFor(() => service!.scheduler.size === 0, { what: 'the attempt to be over' });
  expect(await list()).toEqual([]);
});
