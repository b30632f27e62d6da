import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

const SLOTS = 8;
const TIMEOUT = 400;
/** The first probe comes long after everything that is checked before it, even on a busy machine; the next ones come soon. */
const PROBE_AFTER = [8_000, 500];
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let isHanging: boolean;
let release: () => void;

beforeEach(async () => {
  isHanging = true;
  const released = new Promise<void>((resolve) => (release = resolve));
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => (isHanging ? released.then(() => ({})) : {}) });
});
afterEach(async () => {
  release();
  await fixture?.close();
  await receiver?.close();
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);

test('an endpoint that hangs costs its slots for one time-out, and then one slot for each probe', async () => {
  const { intake, circuits, scheduler } = await fixture.serve({
    policy: { scheduleMs: PROBE_AFTER, jitter: 0 },
    maxAttempts: 20,
    perWebhookConcurrency: SLOTS,
  });
  const webhook = fixture.webhook(receiver.url, { requestTimeoutMs: TIMEOUT });
  await intake.take(requestBatch(webhook, numbers(100)));
  await waitFor(() => circuits.state(webhook.id) === 'open', { what: 'the circuit to open' });
  await waitFor(() => scheduler.size === 0, { what: 'all to leave memory' });
  expect(receiver.requests).toHaveLength(SLOTS);

  const timedOut = await fixture.reader.list({ tenantId: null, status: 'RETRYING' }, null, 200);
  expect(timedOut.map(({ errorClass, attemptCount }) => [errorClass, attemptCount])).toEqual(
    Array(SLOTS).fill(['timeout', 1]),
  );
  // They were on the wire all at once, so one time-out was enough for the circuit to open.
  const records = await Promise.all(timedOut.map(({ id }) => fixture.reader.find(id, null)));
  const attempts = records.flatMap((record) =>
    (record?.events ?? []).flatMap((event) => (event.type === 'DeliveryAttemptFailed' ? [event.data] : [])),
  );
  expect(attempts).toHaveLength(SLOTS);
  const latestStart = Math.max(...attempts.map(({ startedAt }) => Date.parse(startedAt)));
  expect(Math.min(...attempts.map(({ endedAt }) => Date.parse(endedAt)))).toBeGreaterThan(latestStart);
  const held = await fixture.reader.list({ tenantId: null, status: 'PENDING' }, null, 200);
  expect(held.map(({ attemptCount }) => attemptCount)).toEqual(Array(100 - SLOTS).fill(0));

  let most = 0;
  await waitFor(
    () => {
      most = Math.max(most, scheduler.attemptsInFlight);
      return receiver.requests.length >= SLOTS + 2;
    },
    { what: 'two probes' },
  );
  expect(most).toBe(1);
  isHanging = false;
  release();
  await waitFor(
    async () => (await fixture.reader.list({ tenantId: null, status: 'SUCCESS' }, null, 200)).length === 100,
    {
      what: 'all to arrive when it answers again',
    },
  );
  expect(circuits.state(webhook.id)).toBe('closed');
});
