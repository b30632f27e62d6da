import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let release: () => void;
let isHeld: boolean;

beforeEach(async () => {
  fixture = await DispatchFixture.create();
  isHeld = true;
  const released = new Promise<void>((resolve) => (release = resolve));
  receiver = await RecordingReceiver.start({
    respond: async () => {
      if (isHeld) await released;
      return {};
    },
  });
});
afterEach(async () => {
  await fixture.close();
  await receiver.close();
});

test.each([
  ['stops', (first: DispatchService) => first.stop()],
  [
    'loses the partition',
    async (first: DispatchService) => {
      first.partitions.revoked([PARTITION]);
      await waitFor(() => first.scheduler.size === 0, { what: 'the first to be done' });
      await first.stop();
    },
  ],
])('what a replica had read and not tried when it %s is tried by the next one at once', async (_how, end) => {
  const ids = Array.from({ length: 40 }, (_, n) => `m-${n}`);
  const first = await fixture.serve({ spillAfterMs: 5, perWebhookConcurrency: 2 });
  await first.intake.take(requestBatch(fixture.webhook(receiver.url), ids));
  // Two are on the wire, some were read back from PostgreSQL and wait in memory, the others are parked.
  await waitFor(() => receiver.requests.length === 2 && first.scheduler.size > 2, { what: 'a full queue' });
  const ended = end(first);
  isHeld = false;
  release();
  await ended;

  await fixture.serve();
  const rows = async (): Promise<unknown[]> => fixture.orm.em.fork().execute('select from due_deliveries');
  await waitFor(async () => (await rows()).length === 0, { what: 'every delivery to end' });
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(40);
});
