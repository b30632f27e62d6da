import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { deliveryIdOf } from '@signet/contracts';
import type { FakeClock } from '@signet/testing';
import { fakeClock, RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { PARTITION_ROOM } from '../sources/partition-rooms.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let reading: AbortController;
/** The clock advances with each answer, so it is as fast as the machine, and no answer is late by it. */
let clock: FakeClock;
/** How many answers come in the time of one attempt. */
let atOnce: number;
beforeEach(async () => {
  reading = new AbortController();
  clock = fakeClock();
  fixture = await DispatchFixture.create({ clock });
  const respond = () => {
    clock.advance(ANSWER_MS / atOnce);
    return { delayMs: ANSWER_MS };
  };
  receiver = await RecordingReceiver.start({ respond });
});
afterEach(async () => {
  reading.abort();
  await fixture.close();
  await receiver.close();
});

const ANSWER_MS = 40;
const SPILL_AFTER_MS = 100;

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `m-${n}`);
const stored = async (): Promise<string[]> =>
  (await fixture.orm.em.fork().execute<{ id: string }[]>('select delivery_id as id from due_deliveries')).map(
    ({ id }) => id,
  );

test('if a webhook takes too much of the room, its last deliveries go to PostgreSQL, and its next ones stay in memory', async () => {
  atOnce = 8;
  const webhook = fixture.webhook(receiver.url);
  const { intake } = await fixture.serve({ perWebhookConcurrency: atOnce, spillAfterMs: SPILL_AFTER_MS });
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
  atOnce = 1;
  const webhook = fixture.webhook(receiver.url);
  const { intake } = await fixture.serve({ perWebhookConcurrency: atOnce, spillAfterMs: SPILL_AFTER_MS });
  void intake.take(requestBatch(webhook, ids(PARTITION_ROOM / 4), reading.signal));
  // At twenty-five a second by the clock they take more than a minute; twenty rounds have passed.
  await waitFor(() => receiver.requests.length > 50, { what: 'fifty of them' });
  expect(await stored()).toEqual([]);
});
