import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceivedRequest, ReceiverAnswer } from '@signet/testing';
import { DispatchFixture, orderedBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let answer: (request: ReceivedRequest) => ReceiverAnswer | Promise<ReceiverAnswer>;

beforeEach(async () => {
  answer = () => ({});
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: (request) => answer(request) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

/** `subject-number` of a received message. */
const messageOf = ({ body }: ReceivedRequest): string =>
  (JSON.parse(body.toString()) as { data: { messageId: string } }).data.messageId;
const seen = (): string[] => receiver.requests.map(messageOf);
/** The numbers that a subject's receiver saw, each as often as it was tried. */
const numbersOf = (subject: string): number[] =>
  seen()
    .filter((id) => id.startsWith(`${subject}-`))
    .map((id) => Number(id.split('-')[1]));
const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

/** So many messages of each subject, turn by turn. */
function messages(subjects: readonly string[], count: number): { id: string; subject: string }[] {
  return Array.from({ length: count }, (_, n) =>
    subjects.map((subject) => ({ id: `${subject}-${n}`, subject })),
  ).flat();
}

const ordered = (): WebhookSnapshot => fixture.webhook(receiver.url, { ordering: 'subject' });
const untilEmpty = (): Promise<unknown> =>
  waitFor(async () => (await fixture.orm.em.fork().execute('select from due_deliveries')).length === 0, {
    what: 'every delivery to end',
  });

test('messages of one subject go one after the other, in order, also when some of them fail at first', async () => {
  const { intake } = await fixture.serve();
  const tries = new Map<string, number>();
  const underWay = new Set<string>();
  const overlaps: string[] = [];
  answer = async (request) => {
    const id = messageOf(request);
    const subject = id.split('-')[0] ?? '';
    if (underWay.has(subject)) overlaps.push(id);
    underWay.add(subject);
    await new Promise((resolve) => setImmediate(resolve));
    underWay.delete(subject);
    tries.set(id, (tries.get(id) ?? 0) + 1);
    return { status: tries.get(id) === 1 && failing.includes(subject) && id.endsWith('3') ? 500 : 200 };
  };
  // Four failures: with a fifth on a slow machine, whose successes are further apart, the circuit could open.
  const failing = ['a', 'b'];
  const subjects = [...failing, 'c', 'd', 'e', 'f'];
  await intake.take(orderedBatch(ordered(), messages(subjects, 20)));
  await waitFor(() => seen().length === 6 * 20 + 4, { what: 'all to arrive' });
  await untilEmpty();
  expect(overlaps).toEqual([]);
  for (const subject of subjects) {
    const twice = failing.includes(subject) ? [3, 13] : [];
    expect(numbersOf(subject)).toEqual(sorted([...Array.from({ length: 20 }, (_, n) => n), ...twice]));
  }
});

test('a failing message holds back its subject, and nothing else', async () => {
  const { intake } = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  answer = (request) => ({ status: messageOf(request) === 'bad-0' ? 500 : 200 });
  const webhook = ordered();
  await intake.take(orderedBatch(webhook, messages(['bad', 'good'], 10)));
  await waitFor(() => numbersOf('good').length === 10, { what: 'the others' });
  // Later messages from Kafka, too.
  await intake.take(
    orderedBatch(
      webhook,
      [
        { id: 'bad-10', subject: 'bad' },
        { id: 'good-10', subject: 'good' },
      ],
      20,
    ),
  );
  await waitFor(() => numbersOf('good').length === 11, { what: 'the later one' });
  expect(numbersOf('bad')).toEqual([0]);
});

test('the subject goes on in order when its message has failed for good', async () => {
  const { intake } = await fixture.serve({ maxAttempts: 2 });
  answer = (request) => ({ status: messageOf(request) === 'bad-0' ? 500 : 200 });
  await intake.take(orderedBatch(ordered(), messages(['bad'], 30)));
  await waitFor(() => numbersOf('bad').length === 31, { what: 'all to arrive' });
  expect(numbersOf('bad')).toEqual([0, ...Array.from({ length: 30 }, (_, n) => n)]);
});

test('order holds when they go through PostgreSQL, because the receiver is slow', async () => {
  const { intake } = await fixture.serve({ spillAfterMs: 5, perWebhookConcurrency: 2 });
  answer = () => ({ delayMs: 15 });
  const webhook = ordered();
  const batches = [0, 1, 2, 3].map((batch) => messages(['a', 'b', 'c'], 40).slice(batch * 30, batch * 30 + 30));
  const { signal } = new AbortController();
  await Promise.all(batches.map((batch, n) => intake.take(orderedBatch(webhook, batch, n * 30, signal))));
  await waitFor(() => seen().length === 120, { what: 'all to arrive' });
  for (const subject of ['a', 'b', 'c']) expect(numbersOf(subject)).toEqual(Array.from({ length: 40 }, (_, n) => n));
});

test('order holds when another replica takes over in the middle', async () => {
  const first = await fixture.serve({ spillAfterMs: 20 });
  answer = () => ({ delayMs: 5 });
  const webhook = ordered();
  const all = messages(['a', 'b', 'c', 'd'], 60);
  const controller = new AbortController();
  const half = first.intake.take(orderedBatch(webhook, all, 0, controller.signal)).catch(() => undefined);
  await waitFor(() => seen().length >= 60, { what: 'the first of them' });
  controller.abort();
  first.partitions.revoked([0]);
  fixture.committedOffset = 0n;
  const second: DispatchService = await fixture.serve({ spillAfterMs: 20 });
  await half;
  await first.stop();
  // Ends the leases of the first owner on deliveries that it had read and not tried.
  await fixture.orm.em.fork().execute(`update due_deliveries set due_at = now() where due_at < 'infinity'`);
  await second.intake.take(orderedBatch(webhook, all));
  await untilEmpty();
  for (const subject of ['a', 'b', 'c', 'd']) {
    const numbers = numbersOf(subject);
    const firsts = numbers.filter((n, at) => numbers.indexOf(n) === at);
    expect(firsts).toEqual(sorted(firsts));
    expect(firsts).toHaveLength(60);
    // A delivery that was on the wire when the owner changed may come once more.
    expect(numbers.length - firsts.length).toBeLessThanOrEqual(1);
  }
});

test('a stored delivery waits until the earlier ones of its subject were read from Kafka', async () => {
  const webhook = ordered();
  const first = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  await first.intake.take(orderedBatch(webhook, [{ id: 'a-0', subject: 'a' }], 0));
  // Stored with a later offset than one that only Kafka has, as after a crash between two writes.
  answer = () => ({ status: 500 });
  await first.intake.take(orderedBatch(webhook, [{ id: 'a-2', subject: 'a' }], 2));
  await waitFor(() => seen().length === 2, { what: 'the first attempts' });
  await first.stop();
  answer = () => ({});
  await fixture.orm.em.fork().execute(`update due_deliveries set due_at = now()`);
  fixture.committedOffset = 1n;
  const second = await fixture.serve();
  await second.intake.take(
    orderedBatch(
      webhook,
      [
        { id: 'a-1', subject: 'a' },
        { id: 'a-2', subject: 'a' },
      ],
      1,
    ),
  );
  await untilEmpty();
  expect(seen()).toEqual(['a-0', 'a-2', 'a-1', 'a-2']);
});
