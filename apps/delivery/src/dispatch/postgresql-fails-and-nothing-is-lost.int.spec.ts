import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let status: number;

beforeEach(async () => {
  status = 500;
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status }) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const execute = (statement: string): Promise<unknown> => fixture.orm.em.fork().execute(statement);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);

test('whatever PostgreSQL says to a look-up is no fault of the record: it is tried again, not set aside', async () => {
  fixture.onError = () => undefined;
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  await execute('alter table deliveries rename to deliveries_away');
  await expect(intake.take(requestBatch(webhook, ['m-1']))).rejects.toMatchObject({ retryable: true });
  await execute('alter table deliveries_away rename to deliveries');
});

test('an id that PostgreSQL will never take is a fault of the record', async () => {
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  const taken = intake.take(requestBatch(webhook, ['m-1'], undefined, { deliveryId: 'no uuid' }));
  await expect(taken).rejects.not.toMatchObject({ retryable: true });
});

test('a webhook cannot be parked while PostgreSQL is away: the process goes on, and its deliveries arrive', async () => {
  const errors: unknown[] = [];
  fixture.onError = (error) => void errors.push(error);
  const { intake, circuits } = await fixture.serve({ policy: { scheduleMs: [200], jitter: 0 }, maxAttempts: 50 });
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, numbers(8)));
  await waitFor(() => circuits.state(webhook.id) === 'open', { what: 'the circuit to open' });
  await execute('alter table due_deliveries rename to due_away');
  await waitFor(() => errors.length > 0, { what: 'PostgreSQL to be missed' });
  await execute('alter table due_away rename to due_deliveries');
  status = 200;
  await waitFor(async () => (await fixture.reader.list({ tenantId: null, status: 'SUCCESS' }, null, 10)).length === 8, {
    what: 'all of them',
  });
});
