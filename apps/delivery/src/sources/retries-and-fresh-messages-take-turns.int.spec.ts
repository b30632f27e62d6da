import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { deliveryIdOf } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';

/** More than the queue of a webhook takes, and than is leased at once. */
const BACKLOG = 1_200;
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let webhook: WebhookSnapshot;
let answer: ReceiverAnswer;
/** The receiver keeps its answers back, so that nothing more goes out. */
let held: Promise<void>;
let release: () => void;

beforeEach(async () => {
  answer = { status: 500 };
  held = Promise.resolve();
  release = () => undefined;
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => held.then(() => answer) });
  webhook = fixture.webhook(receiver.url);
});
afterEach(async () => {
  release();
  await receiver?.close();
  await fixture?.close();
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
const sql = (text: string) => fixture.orm.em.fork().execute(text);
const messages = (): string[] =>
  receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: { messageId: string } }).data.messageId);

const hold = (): void => void (held = new Promise((resolve) => (release = resolve)));
const untilInMemory = (scheduler: Scheduler, messageId: string): Promise<unknown> =>
  waitFor(() => scheduler.get(deliveryIdOf(webhook.id, { source: '/test', id: messageId })), {
    what: `${messageId} to be in memory`,
  });
/** More than are on the wire at once, and few beside the backlog. */
const A_FEW = 16;

/** Deliveries that have failed once or wait behind those, all of them due now; the receiver is well again. */
async function overdue(count: number): Promise<void> {
  const service = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  await service.intake.take(requestBatch(webhook, numbers(count)));
  await service.stop();
  await sql('update due_deliveries set due_at = now()');
  // The next owner would hold the backlog back until the next probe.
  await sql('delete from circuits');
  receiver.requests.length = 0;
  answer = { delayMs: 2 };
}

test('a fresh message does not wait for the retries of its webhook that are overdue', async () => {
  await overdue(BACKLOG);
  const { intake, scheduler } = await fixture.serve();
  await waitFor(() => receiver.requests.length >= 100, { what: 'the retries to go out' });
  hold();
  const taken = intake.take(requestBatch(webhook, ['fresh']));
  await untilInMemory(scheduler, 'fresh');
  const at = receiver.requests.length;
  release();
  await taken;
  expect(messages().indexOf('fresh') - at).toBeLessThan(A_FEW);
  await waitFor(() => receiver.requests.length > BACKLOG, { what: 'all of them' });
  expect(messages().sort()).toEqual([...numbers(BACKLOG), 'fresh'].sort());
});

test('a retry does not wait for all the fresh messages of its webhook', async () => {
  await overdue(1);
  await sql(`update due_deliveries set due_at = now() + interval '1 hour'`);
  const { intake, scheduler } = await fixture.serve();
  const fresh = Array.from({ length: BACKLOG }, (_, index) => `fresh-${index}`);
  const taken = intake.take(requestBatch(webhook, fresh));
  await waitFor(() => receiver.requests.length >= 100, { what: 'the fresh ones to go out' });
  hold();
  await sql("update due_deliveries set due_at = now() where due_at > now() + interval '30 minutes'");
  await untilInMemory(scheduler, 'm-0');
  const at = receiver.requests.length;
  release();
  await taken;
  expect(messages().indexOf('m-0') - at).toBeLessThan(A_FEW);
  expect(messages().sort()).toEqual(['m-0', ...fresh].sort());
});
