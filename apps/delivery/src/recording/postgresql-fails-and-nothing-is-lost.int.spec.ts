import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Gate, RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let status: number;
/** The connection to PostgreSQL. */
let gate: Gate;

beforeEach(async () => {
  status = 500;
  fixture = await DispatchFixture.create({
    through: async (url) => (gate = await Gate.to(url)).url,
    statementMs: 1_000,
  });
  receiver = await RecordingReceiver.start({ respond: () => ({ status }) });
});
afterEach(async () => {
  await gate?.open();
  gate?.thaw();
  await receiver?.close();
  await fixture?.close();
  await gate?.close();
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);

test('whatever PostgreSQL says to a look-up is no fault of the record: it is tried again, not set aside', async () => {
  fixture.onError = () => undefined;
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  await gate.close();
  await expect(intake.take(requestBatch(webhook, ['m-1']))).rejects.toMatchObject({ retryable: true });
  await gate.open();
  status = 200;
  await intake.take(requestBatch(webhook, ['m-1']));
  expect(receiver.requests).toHaveLength(1);
});

test('an id that PostgreSQL will never take is a fault of the record', async () => {
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  const taken = intake.take(requestBatch(webhook, ['m-1'], undefined, { deliveryId: 'no uuid' }));
  await expect(taken).rejects.not.toMatchObject({ retryable: true });
});

/** If the answer to a lease was lost, no replica has these deliveries until the lease ends: the longest attempt and a margin. */
const LEASE_MS = 105_000;

/** What may happen to the connections to PostgreSQL, how it ends, and whether a statement must have failed by then. */
const FAILURES = {
  'are cut, and new ones are refused': { begin: () => gate.close(), end: () => gate.open(), isMissed: true },
  'are cut, and new ones are taken': {
    begin: () => gate.close().then(() => gate.open()),
    end: () => undefined,
    // Where none was in use the pool has opened others.
    isMissed: false,
  },
  'stand still, and so do new ones': { begin: () => gate.freeze(), end: () => gate.thaw(), isMissed: true },
  'stand still for good, and new ones are taken': {
    begin: () => gate.forget(),
    end: () => undefined,
    isMissed: true,
  },
};

test.each(Object.entries(FAILURES))(
  'connections %s while webhooks fail and are parked: the process goes on, and all deliveries arrive',
  async (_what, { begin, end, isMissed }) => {
    const errors: unknown[] = [];
    fixture.onError = (error) => void errors.push(error);
    const { intake, circuits } = await fixture.serve({ policy: { scheduleMs: [200], jitter: 0 }, maxAttempts: 50 });
    const webhook = fixture.webhook(receiver.url);
    await intake.take(requestBatch(webhook, numbers(8)));
    await waitFor(() => circuits.state(webhook.id) === 'open', { what: 'the circuit to open' });
    await begin();
    if (isMissed) await waitFor(() => errors.length > 0, { what: 'PostgreSQL to be missed' });
    await end();
    status = 200;
    await waitFor(
      async () => (await fixture.reader.list({ tenantId: null, status: 'SUCCESS' }, null, 10)).length === 8,
      { what: 'all of them', timeoutMs: LEASE_MS + 60_000 },
    );
  },
  LEASE_MS + 180_000,
);
