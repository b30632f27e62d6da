import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';

/** No probe comes by itself while a test runs. */
const HOUR = 3_600_000;
const SETTINGS = { policy: { scheduleMs: [HOUR], jitter: 0 } };

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let isDown: boolean;
let webhook: WebhookSnapshot;
let registeredAt: string;
let complete: () => void;

beforeEach(async () => {
  isDown = true;
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 500 : 200 }) });
  registeredAt = new Date().toISOString();
  webhook = fixture.webhook(receiver.url, { activeSince: registeredAt });
  const before = await fixture.serve(SETTINGS);
  for (let n = 0; n < 5; n++) await before.intake.take(requestBatch(webhook, [`failed-${n}`]));
  await before.intake.take(requestBatch(webhook, ['held']));
  await waitFor(async () => (await list()).length === 6, { what: 'the last one to be held back' });
  await before.stop();
  expect(await storedCircuits()).toEqual([webhook.id]);
  isDown = false;
  fixture.directory = new WebhookDirectory();
  fixture.whenDirectoryComplete = new Promise((resolve) => (complete = resolve));
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const list = () => fixture.reader.list({ tenantId: null }, null, 100);
const storedCircuits = async (): Promise<string[]> => {
  const rows = await fixture.orm.em.fork().execute<{ webhook_id: string }[]>('select webhook_id from circuits');
  return rows.map(({ webhook_id }) => webhook_id);
};
const untilSent = (): Promise<unknown> =>
  waitFor(async () => (await list()).some(({ status }) => status === 'SUCCESS'), { what: 'what was held back' });

/** The next replica; its directory is complete as soon as it is asked to be, before or after the partitions come. */
async function nextReplica(activeSince: string, isReadFirst: boolean): Promise<DispatchService> {
  const next = fixture.replica(SETTINGS);
  const started = next.start();
  const read = (): void => {
    fixture.webhook(receiver.url, { id: webhook.id, activeSince, version: 3 });
    complete();
  };
  if (isReadFirst) read();
  await next.partitions.assigned([PARTITION]);
  if (!isReadFirst) {
    expect(next.circuits.state(webhook.id)).toBe('open');
    read();
  }
  await started;
  return next;
}

test.each([
  ['is read before', true],
  ['is read after', false],
])('a webhook that was enabled meanwhile begins anew; its record %s the partitions come', async (_when, isFirst) => {
  const next = await nextReplica(new Date().toISOString(), isFirst);
  expect(next.circuits.state(webhook.id)).toBe('closed');
  await untilSent();
  await waitFor(async () => (await storedCircuits()).length === 0, { what: 'its row to be deleted' });
});

test.each([
  ['is read before', true],
  ['is read after', false],
])(
  'a webhook that failed after it was enabled stays held back; its record %s the partitions come',
  async (_, isFirst) => {
    const next = await nextReplica(registeredAt, isFirst);
    expect(next.circuits.state(webhook.id)).toBe('open');
    // Until a person asks for a probe nothing goes out, and its row stays.
    expect(receiver.requests).toHaveLength(5);
    expect(await storedCircuits()).toEqual([webhook.id]);
    expect(next.circuits.probeNow(webhook.id)).toBe(true);
    await untilSent();
    expect(receiver.requests).toHaveLength(6);
  },
);
