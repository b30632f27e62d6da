import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { deliveryIdOf } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { PARTITION_ROOM } from './dispatch.tokens.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let reading: AbortController;
beforeEach(async () => {
  reading = new AbortController();
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => delay(50, {}) });
});
afterEach(async () => {
  reading.abort();
  await fixture.close();
  await receiver.close();
});

/** Ten times what the receiver takes: none of its answers is so late, however slow the machine. */
const SPILL_AFTER_MS = 500;

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `m-${n}`);
const stored = async (): Promise<string[]> =>
  (await fixture.orm.em.fork().execute<{ id: string }[]>('select delivery_id as id from due_deliveries')).map(
    ({ id }) => id,
  );

test('of a webhook that takes too much of the room, the far end goes to PostgreSQL, and what is next stays in memory', async () => {
  const webhook = fixture.webhook(receiver.url);
  const { intake } = await fixture.serve({ perWebhookConcurrency: 8, spillAfterMs: SPILL_AFTER_MS });
  const messages = ids((PARTITION_ROOM * 3) / 4);
  void intake.take(requestBatch(webhook, messages, reading.signal));
  const deliveryIds = messages.map((id) => deliveryIdOf(webhook.id, { source: '/test', id }));
  const due = await waitFor(
    async () => {
      const ids = new Set(await stored());
      return ids.has(deliveryIds.at(-1) ?? '') && ids;
    },
    { what: 'the far end to be stored' },
  );
  expect(deliveryIds.slice(0, 100).filter((id) => due.has(id))).toEqual([]);
});

test('a webhook that leaves others room keeps all of it in memory, however long it takes', async () => {
  const webhook = fixture.webhook(receiver.url);
  const { intake } = await fixture.serve({ perWebhookConcurrency: 1, spillAfterMs: SPILL_AFTER_MS });
  void intake.take(requestBatch(webhook, ids(PARTITION_ROOM / 4), reading.signal));
  // At twenty a second they take more than a minute and a half; ten rounds have passed.
  await waitFor(() => receiver.requests.length > 100, { what: 'a hundred of them' });
  expect(await stored()).toEqual([]);
});
