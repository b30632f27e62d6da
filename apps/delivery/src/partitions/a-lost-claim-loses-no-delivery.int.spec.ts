import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import type { RecordBatch } from '@signet/kafka';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { Ownership } from './ownership.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let answer: (index: number) => ReceiverAnswer | Promise<ReceiverAnswer>;

beforeEach(async () => {
  answer = () => ({});
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: (_request, index) => answer(index) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const list = (): Promise<DeliveryRow[]> => fixture.reader.list({ tenantId: null }, null, 100);

/** As the transport does: the same batch again, until its handler says that it is durable. */
async function untilDurable(service: DispatchService, batch: RecordBatch): Promise<void> {
  await waitFor(() => service.intake.take(batch).then(() => true), { what: 'the batch to be durable' });
}

test('a batch of a partition that was not taken is not durable', async () => {
  const service = fixture.replica();
  const webhook = fixture.webhook(receiver.url);
  await expect(service.intake.take(requestBatch(webhook, ['m-1']))).rejects.toMatchObject({ retryable: true });
  expect(receiver.requests).toHaveLength(0);
});

test('a partition is lost and given back while a POST is on the wire: its failure is not the end of the delivery', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  answer = async (index) => {
    if (index === 0) await released;
    return { status: index < 2 ? 500 : 200 };
  };
  const service = await fixture.serve({ spillAfterMs: 20_000 });
  const webhook = fixture.webhook(receiver.url);
  const before = new AbortController();
  const first = service.intake.take(requestBatch(webhook, ['m-1'], before.signal));
  await waitFor(() => receiver.requests.length === 1, { what: 'the first POST' });
  before.abort();
  await first;
  service.partitions.revoked([PARTITION]);
  await new Ownership(fixture.database, systemClock, 'another-replica').take([PARTITION]);
  await service.partitions.assigned([PARTITION]);
  const again = untilDurable(service, requestBatch(webhook, ['m-1']));
  release();
  await again;
  await waitFor(async () => (await list())[0]?.status === 'SUCCESS', { what: 'the delivery' });
});

test('a partition that another owner took too late is taken back, and requests that were refused meanwhile are stored', async () => {
  const service = await fixture.serve({ spillAfterMs: 20_000 });
  const webhook = fixture.webhook(receiver.url);
  await new Ownership(fixture.database, systemClock, 'a late taker').take([PARTITION]);
  await untilDurable(service, requestBatch(webhook, ['m-1']));
  expect(await list()).toMatchObject([{ status: 'SUCCESS' }]);
  expect(service.ownership.claim(PARTITION)?.epoch).toBe(3);
});

test('an epoch that was ended late is noticed where there are only retries, too', async () => {
  answer = (index) => ({ status: index < 1 ? 500 : 200 });
  const service = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  const taker = new Ownership(fixture.database, systemClock, 'a late taker');
  answer = async (index) => {
    if (index === 1) await taker.take([PARTITION]);
    return { status: index < 2 ? 500 : 200 };
  };
  await service.intake.take(requestBatch(webhook, ['m-1']));
  await waitFor(() => receiver.requests.length === 2, { what: 'the attempt that is not stored' });
  await waitFor(() => service.ownership.claim(PARTITION)?.epoch === 3, { what: 'the partition to be taken again' });
});
