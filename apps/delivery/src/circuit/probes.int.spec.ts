import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

const WAIT = 300;
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let isDown: boolean;

beforeEach(async () => {
  isDown = true;
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 503 : 200 }) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const execute = (statement: string): Promise<unknown> => fixture.orm.em.fork().execute(statement);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
const statuses = async (): Promise<string[]> =>
  (await fixture.reader.list({ tenantId: null }, null, 100)).map(({ status }) => status);
const untilAllArrived = (count: number): Promise<unknown> =>
  waitFor(async () => (await statuses()).filter((status) => status === 'SUCCESS').length === count, {
    what: `${count} deliveries`,
  });

/** A webhook whose circuit has just opened, with ten deliveries behind it. */
async function opened(service: DispatchService): Promise<WebhookSnapshot> {
  const webhook = fixture.webhook(receiver.url);
  await service.intake.take(requestBatch(webhook, numbers(10)));
  // With nothing on the wire: an attempt that begins before the receiver is well could close the circuit after it.
  await waitFor(() => service.circuits.probeAt(webhook.id) !== null && service.scheduler.size === 0, {
    what: 'the circuit to be open, and all to leave memory',
  });
  return webhook;
}
const settings = { policy: { scheduleMs: [WAIT], jitter: 0 }, maxAttempts: 20 };

test('a probe that could not begin, for want of a heartbeat, leaves its place to the next', async () => {
  const service = await fixture.serve(settings);
  const webhook = await opened(service);
  isDown = false;
  fixture.isMember = false;
  await waitFor(() => service.circuits.state(webhook.id) === 'probe', { what: 'the time of the probe' });
  await service.intake.take(requestBatch(webhook, ['another']));
  fixture.isMember = true;
  await untilAllArrived(11);
});

test('a probe that cannot be signed leaves its place to the next', async () => {
  const service = await fixture.serve(settings);
  const webhook = await opened(service);
  isDown = false;
  const broken = [{ sealed: 'v1.unknown.AAAA', expiresAt: null }];
  fixture.onBroken = () => undefined;
  fixture.directory.put({ ...webhook, maxAttempts: 19, secrets: broken, version: 2 });
  await waitFor(() => fixture.broken > 0, { what: 'the probe' });
  fixture.directory.put({ ...webhook, maxAttempts: 19, version: 3 });
  await untilAllArrived(10);
});

test('a partition that is lost and given back has its circuits as they were', async () => {
  const service = await fixture.serve({ ...settings, policy: { scheduleMs: [3_600_000], jitter: 0 } });
  const webhook = await opened(service);
  const before = service.circuits.stored(webhook.id);
  await service.partitions.givingUp();
  service.partitions.revoked([PARTITION]);
  expect(service.circuits.openCount()).toBe(0);
  isDown = false;
  await service.partitions.assigned([PARTITION]);
  expect(service.circuits.stored(webhook.id)).toEqual(before);
  await execute('update due_deliveries set due_at = now()');
  await execute('update circuits set probe_asked_at = now()');
  await untilAllArrived(10);
});
