import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { newId } from '@signet/contracts';
import type { KafkaRecord, RecordBatch } from '@signet/kafka';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { RequestBundles } from '../fan-out/request-bundles.ts';
import { PARTITION_ROOM } from '../sources/partition-rooms.ts';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { asBatch } from '../testing/as-batch.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let isHanging: boolean;
let release: () => void;

beforeEach(async () => {
  isHanging = true;
  const released = new Promise<void>((resolve) => (release = resolve));
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: async () => (isHanging && (await released), {}) });
});
afterEach(async () => {
  release();
  await fixture?.close();
  await receiver?.close();
});

function requests(webhook: WebhookSnapshot, prefix: string, count: number, offset: number): RecordBatch {
  const bundles = new RequestBundles();
  for (let n = 0; n < count; n += 1) {
    const message = { eventId: newId(), eventType: 'sale.created', source: '/test', messageId: `${prefix}-${n}` };
    const json = JSON.stringify({ ...message, messageTime: '2026-03-01T10:00:00Z', acceptedAt: Date.now() });
    bundles.add(webhook, { json, body: Buffer.from(JSON.stringify({ data: { messageId: message.messageId } })) });
  }
  return asBatch(bundles.take(), offset);
}

/** As the consumer does it: the records of each lane are a batch of their own. Returns the records that are to be shelved. */
function take({ intake }: DispatchService, batch: RecordBatch, signal: AbortSignal): readonly KafkaRecord[] {
  const laneOf = intake.lanes.of(batch.records, signal);
  const ofLane = (lane: string): KafkaRecord[] => batch.records.filter((record) => laneOf(record) === lane);
  for (const lane of ['memory', 'shelf']) {
    const records = ofLane(lane);
    if (records.length > 0) void intake.take({ ...batch, records, lane, signal });
  }
  return ofLane('shelf');
}

const messageIds = (): string[] =>
  receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: { messageId: string } }).data.messageId);

test('what a webhook has above its share is shelved, comes back when there is room, and is sent once', async () => {
  const service = await fixture.serve({ spillAfterMs: 60_000, shelf: { lingerMs: 1, unhurriedMs: 3_600_000 } });
  const webhook = fixture.webhook(receiver.url);
  const { signal } = new AbortController();
  const count = PARTITION_ROOM / 2 + 1_000;
  const shelved = take(service, requests(webhook, 'm', count, 0), signal);
  expect(shelved.length).toBeGreaterThan(0);
  await waitFor(async () => (await service.shelvedRequests()) > 0, { what: 'the rest to be on the shelf' });

  isHanging = false;
  release();
  await waitFor(() => receiver.requests.length >= count, { what: 'all of them' });
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'the shelf to be empty' });
  expect(new Set(messageIds()).size).toBe(count);
  expect(receiver.requests).toHaveLength(count);
  // That they are late is not their receiver's fault: the objective counts them.
  const receivers = /first_attempt_delay_seconds_count\{fault="receiver"\} [1-9]/;
  expect(await fixture.metrics.metrics()).not.toMatch(receivers);
});
