import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let status: number;
/** How far the clock of the replica is ahead of ours, milliseconds. */
let ahead: number;
const clock = (): Date => new Date(Date.now() + ahead);

beforeEach(async () => {
  status = 200;
  ahead = 0;
  fixture = await DispatchFixture.create({ clock });
  receiver = await RecordingReceiver.start({ respond: () => ({ status }) });
});
afterEach(async () => {
  await fixture?.close();
  await receiver?.close();
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
/** First attempts so far, by whose fault they were late. */
const firstAttempts = (): Promise<Record<string, number>> => countsOf('signet_delivery_first_attempt_delay_seconds');
/** Deliveries so far, by whose fault they were late. */
const delivered = (): Promise<Record<string, number>> => countsOf('signet_delivery_delivered_delay_seconds');

async function countsOf(histogram: string): Promise<Record<string, number>> {
  const metrics = await fixture.metrics.getMetricsAsJSON();
  const delays = metrics.find(({ name }) => name === histogram);
  const counts = (delays?.values ?? []) as unknown as {
    metricName: string;
    labels: { fault: string };
    value: number;
  }[];
  // Each fault has a series from the start, as 0.
  const ofEach = counts.filter(({ metricName, value }) => metricName.endsWith('_count') && value > 0);
  return Object.fromEntries(ofEach.map(({ labels, value }) => [labels.fault, value]));
}
const now = () => ({ acceptedAt: clock().getTime() });

test("a delivery that its webhook's own limit delays is late by the receiver's fault, and one that need not wait is not late", async () => {
  const { intake } = await fixture.serve();
  await intake.take(requestBatch(fixture.webhook(receiver.url), numbers(10), undefined, now()));
  expect(await firstAttempts()).toEqual({ none: 10 });
  // For the first second the limit counts as used up by the previous owner.
  ahead += 1_000;
  const slow = fixture.webhook(receiver.url, { rateLimitPerSecond: 5 });
  // Five begin at once, in one go, fewer than its slots: so it is the limit that delays the second five.
  await intake.take(requestBatch(slow, numbers(10), undefined, now()));
  await waitFor(() => receiver.requests.length === 20, { what: 'all of them' });
  await waitFor(async () => ((await firstAttempts())['receiver'] ?? 0) === 5, { what: 'the second five to count' });
  expect(await firstAttempts()).toEqual({ none: 15, receiver: 5 });
});

test('a delivery that an open circuit has held back is late by the fault of the receiver', async () => {
  status = 500;
  const { intake, circuits } = await fixture.serve({ policy: { scheduleMs: [300], jitter: 0 }, maxAttempts: 20 });
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, numbers(30), undefined, now()));
  await waitFor(() => circuits.find(webhook.id), { what: 'the circuit to open' });
  status = 200;
  const tried = async (): Promise<number[]> => {
    const { none = 0, receiver: held = 0 } = await firstAttempts();
    return [none, held];
  };
  await waitFor(async () => (await tried()).reduce((sum, count) => sum + count) === 30, { what: 'all to be tried' });
  const [none = 0] = await tried();
  // At most the deliveries that were on the wire when the circuit opened.
  expect(none).toBeLessThanOrEqual(8 + 5);
  // Deliveries that come when the receiver works again need not wait.
  await waitFor(() => circuits.state(webhook.id) === 'closed', { what: 'the circuit to close' });
  await waitFor(async () => (await fixture.orm.em.fork().execute('select from due_deliveries')).length === 0, {
    what: 'the backlog to go',
  });
  await intake.take(requestBatch(webhook, ['after'], undefined, now()));
  expect((await firstAttempts())['none']).toBe(none + 1);
});

test('a late delivery whose receiver delayed nothing is late by the fault of the platform', async () => {
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  // As after an outage of delivery: Kafka has kept them for a minute.
  await intake.take(requestBatch(webhook, numbers(3), undefined, { acceptedAt: clock().getTime() - 60_000 }));
  await waitFor(() => receiver.requests.length === 3, { what: 'the late ones' });
  await waitFor(async () => (await delivered())['platform'] === 3, { what: 'the late ones to count' });
  expect(await firstAttempts()).toEqual({ platform: 3 });
  await intake.take(requestBatch(webhook, ['in time'], undefined, now()));
  await waitFor(async () => (await delivered())['none'] === 1, { what: 'the one in time to count' });
  expect(await firstAttempts()).toEqual({ platform: 3, none: 1 });
  expect(await delivered()).toEqual({ platform: 3, none: 1 });
});

test('a delivery that succeeds after the receiver has failed is late by the fault of the receiver', async () => {
  status = 500;
  const { intake } = await fixture.serve({ policy: { scheduleMs: [1_000], jitter: 0 } });
  const taken = intake.take(requestBatch(fixture.webhook(receiver.url), ['m'], undefined, now()));
  await waitFor(() => receiver.requests.length === 1, { what: 'the first attempt' });
  status = 200;
  await taken;
  await waitFor(async () => (await delivered())['receiver'] === 1, { what: 'the delivery' });
  expect(await firstAttempts()).toEqual({ none: 1 });
  expect(await delivered()).toEqual({ receiver: 1 });
});
