import { afterEach, beforeEach, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;

beforeEach(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: (_request, index) => ({ status: index === 0 ? 500 : 200 }) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const execute = (statement: string): Promise<{ count: string }[]> => fixture.orm.em.fork().execute(statement);

test('partitions may come before the directory is read: a webhook that is merely unread is not a deleted one', async () => {
  const before = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  const webhook = fixture.webhook(receiver.url);
  await before.intake.take(requestBatch(webhook, ['m-1']));
  await before.stop();
  // An hour later: the retry is overdue, and the delivery too old for its webhook to be only too new.
  await execute(`update deliveries set created_at = created_at - interval '1 hour'`);
  await execute(`update due_deliveries set due_at = now() - interval '1 minute'`);

  let complete = (): void => undefined;
  fixture.whenDirectoryComplete = new Promise((resolve) => (complete = resolve));
  fixture.directory = new WebhookDirectory();
  const next = fixture.replica();
  const started = next.start();
  await next.partitions.assigned([PARTITION]);
  // Many times what a first look into the work queue would take.
  for (let n = 0; n < 50; n++) await execute('select count(*) from due_deliveries');
  fixture.webhook(receiver.url, { id: webhook.id, version: 2 });
  complete();
  await started;
  await waitFor(() => receiver.requests.length === 2, { what: 'the retry' });
});
