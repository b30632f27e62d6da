import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

/** More than the queue of a webhook takes, and than is leased at once. */
const BACKLOG = 1_200;
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let webhook: WebhookSnapshot;
let answer: ReceiverAnswer;

beforeEach(async () => {
  answer = { status: 500 };
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => answer });
  webhook = fixture.webhook(receiver.url);
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
const sql = (text: string) => fixture.orm.em.fork().execute(text);
const messages = (): string[] =>
  receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: { messageId: string } }).data.messageId);

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
  const { intake } = await fixture.serve();
  await waitFor(() => receiver.requests.length >= 100, { what: 'the retries to go out' });
  const at = receiver.requests.length;
  await intake.take(requestBatch(webhook, ['fresh']));
  expect(messages().indexOf('fresh') - at).toBeLessThan(100);
  await waitFor(() => receiver.requests.length > BACKLOG, { what: 'all of them', timeoutMs: 30_000 });
  expect(messages().sort()).toEqual([...numbers(BACKLOG), 'fresh'].sort());
});

test('a retry does not wait for all the fresh messages of its webhook', async () => {
  await overdue(1);
  await sql(`update due_deliveries set due_at = now() + interval '1 hour'`);
  const { intake } = await fixture.serve({ spillAfterMs: 20_000 });
  const fresh = Array.from({ length: BACKLOG }, (_, index) => `fresh-${index}`);
  const taken = intake.take(requestBatch(webhook, fresh));
  await waitFor(() => receiver.requests.length >= 100, { what: 'the fresh ones to go out' });
  await sql("update due_deliveries set due_at = now() where due_at > now() + interval '30 minutes'");
  await waitFor(() => messages().includes('m-0'), { what: 'the retry' });
  expect(receiver.requests.length).toBeLessThan(BACKLOG);
  await taken;
  expect(messages().sort()).toEqual(['m-0', ...fresh].sort());
});
