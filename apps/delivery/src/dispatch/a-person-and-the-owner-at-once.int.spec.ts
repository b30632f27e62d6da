import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { DeliveryCommands } from '../delivery/delivery.commands.ts';
import type { DeliveryRow } from '../delivery/delivery.projection.ts';
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
const commands = (): DeliveryCommands => new DeliveryCommands(fixture.orm.em, fixture.reader, systemClock);

/** A delivery that is stored and whose first POST hangs. */
async function onTheWire(): Promise<DeliveryRow> {
  const { intake } = await fixture.serve({ spillAfterMs: 10, policy: { scheduleMs: [3_600_000], jitter: 0 } });
  await intake.take(requestBatch(fixture.webhook(receiver.url), ['m-1']));
  await waitFor(() => receiver.requests.length === 1, { what: 'the POST' });
  const [row] = await list();
  return row!;
}

test.each([
  ['succeeds', 200, 'SUCCESS', 'DeliveryAttemptSucceeded'],
  ['fails', 500, 'RETRYING', 'DeliveryAttemptFailed'],
])(
  'a retry is asked for while an attempt is on the wire that %s: the attempt is recorded',
  async (_, code, end, event) => {
    const { id } = await onTheWire();
    await commands().retry(id, 'tenant-1', 'somebody');
    status = code;
    release();
    await waitFor(async () => (await list())[0]?.attemptCount === 1, { what: 'the attempt' });
    const record = await fixture.reader.find(id, 'tenant-1');
    expect(record?.row.status).toBe(end);
    expect(record?.events.map(({ type }) => type)).toEqual(['DeliveryRequested', 'DeliveryRetryRequested', event]);
    expect(receiver.requests).toHaveLength(1);
  },
);

test('a delivery that is deleted while an attempt is on the wire stays deleted', async () => {
  const { id } = await onTheWire();
  await commands().remove(id, 'tenant-1');
  status = 500;
  const [service] = fixture.services;
  release();
  await waitFor(() => service!.dispatcher.size === 0, { what: 'the attempt to be over' });
  expect(await list()).toEqual([]);
});
