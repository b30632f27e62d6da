import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import type { EndedAttempt } from '../circuit/circuit.policy.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let answer: () => ReceiverAnswer | Promise<ReceiverAnswer>;

beforeEach(async () => {
  answer = () => ({ delayMs: 5 });
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => answer() });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);

/** One of failures that follow each other. */
const failedAt = (n: number): EndedAttempt => ({
  outcome: 'failed',
  cause: 'schedule',
  startedAt: 2 * n,
  endedAt: 2 * n + 1,
});

test('when every slot is taken, a webhook with much to send lets others have the next', async () => {
  const { intake, scheduler } = await fixture.serve({ totalConcurrency: 2, perWebhookConcurrency: 2 });
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  answer = () => released.then(() => ({}));
  const busy = intake.take(requestBatch(fixture.webhook(`${receiver.url}/busy`), numbers(60)));
  await waitFor(() => receiver.requests.length >= 2, { what: 'the busy one to take every slot' });
  const other = intake.take(requestBatch(fixture.webhook(`${receiver.url}/other`), numbers(3)));
  await waitFor(() => scheduler.size === 60 + 3, { what: 'the other one to wait' });
  const at = receiver.requests.length;
  release();
  await Promise.all([busy, other]);
  const last = receiver.requests.map(({ path }) => path).lastIndexOf('/other');
  expect(last - at).toBeLessThan(15);
});

test('a free slot goes to the next that can use it, when the one whose turn it is cannot', async () => {
  const { intake, circuits, scheduler } = await fixture.serve({
    totalConcurrency: 1,
    policy: { scheduleMs: [3_600_000], jitter: 0 },
  });
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  answer = () => released.then(() => ({}));
  const busy = intake.take(requestBatch(fixture.webhook(`${receiver.url}/busy`), ['m-1']));
  await waitFor(() => receiver.requests.length === 1, { what: 'the slot to be taken' });
  const broken = fixture.webhook(`${receiver.url}/broken`);
  const others = [
    intake.take(requestBatch(broken, ['m-1'])),
    intake.take(requestBatch(fixture.webhook(`${receiver.url}/other`), ['m-1'])),
  ];
  await waitFor(() => scheduler.size === 3, { what: 'the others to wait' });
  for (let n = 0; n < 5; n++) circuits.record(broken.id, failedAt(n), 0);
  release();
  await Promise.all([busy, ...others]);
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/busy', '/other']);
});
