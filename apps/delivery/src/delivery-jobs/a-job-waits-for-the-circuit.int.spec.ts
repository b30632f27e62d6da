import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { pinoLogger } from '@signet/service-kit';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { sql } from 'kysely';
import { CircuitCommands } from '../circuit/http/circuit.commands.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { OPERATOR } from '../testing/replay-fixture.ts';
import { DeliveryJobService } from './delivery-job.service.ts';

/** No probe comes by itself while the test runs. */
const HOUR_MS = 3_600_000;
const FAILED = 5;

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let other: RecordingReceiver;
let isDown: boolean;
let dispatch: DispatchService;
let jobs: DeliveryJobService;
let webhook: WebhookSnapshot;

beforeEach(async () => {
  isDown = true;
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 500 : 200 }) });
  other = await RecordingReceiver.start();
  webhook = fixture.webhook(receiver.url, { maxAttempts: 1 });
  dispatch = await fixture.serve({ policy: { scheduleMs: [HOUR_MS], jitter: 0 } });
  const webhooks = { directory: fixture.directory, whenComplete: () => Promise.resolve() };
  const { database, tenants } = fixture;
  const logger = pinoLogger('delivery', 'silent');
  const adding = () => Promise.resolve();
  jobs = new DeliveryJobService(
    { database, clock: systemClock, webhooks, tenants, logger, adding },
    { replica: 'replica-1', ratePerSecond: 1_000, countMs: 10_000, pollMs: 20, maxAtOnce: 1 },
  );
  jobs.start();
});
afterEach(async () => {
  await jobs?.stop();
  await receiver?.close();
  await other?.close();
  await fixture?.close();
});

const withStatus = async (status: string): Promise<number> =>
  (await fixture.reader.list({ tenantId: 'tenant-1', webhookId: webhook.id, status }, null, 50)).length;
/** Deliveries of the webhook that are due and were not read. */
async function overdue(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from due_deliveries
    where webhook_id = ${webhook.id}::uuid and due_at <= now()`.execute(fixture.database.query);
  return rows[0]!.count;
}
const untilAll = (status: string): Promise<unknown> =>
  waitFor(async () => (await withStatus(status)) === FAILED, { what: `all deliveries to be ${status}` });

test('retries of a job wait while the circuit is open, delay no other webhook, and go out when it closes', async () => {
  for (let n = 0; n < FAILED; n++) await dispatch.intake.take(requestBatch(webhook, [`failed-${n}`]));
  await untilAll('FAILED');
  expect(dispatch.circuits.state(webhook.id)).toBe('open');
  const sent = receiver.requests.length;

  const since = new Date(Date.now() - HOUR_MS);
  const selection = { tenantId: null, webhookId: webhook.id, errorClass: null, eventType: null, since, until: null };
  const { id } = await jobs.jobs.create({ ...selection, action: 'retry', status: 'FAILED' }, OPERATOR);
  await waitFor(async () => (await jobs.jobs.find(id, OPERATOR)).state === 'completed', { what: 'the job to end' });
  await untilAll('RETRYING');
  // Dispatch has read all that was due, and another webhook gets its message.
  await waitFor(async () => (await overdue()) === 0, { what: 'dispatch to have read what is due' });
  const healthy = fixture.webhook(other.url);
  await dispatch.intake.take(requestBatch(healthy, ['m-1']));
  expect(other.requests).toHaveLength(1);
  expect(receiver.requests).toHaveLength(sent);

  isDown = false;
  await new CircuitCommands(fixture.database, systemClock).askForProbe(webhook.id);
  await untilAll('SUCCESS');
  expect(receiver.requests).toHaveLength(sent + FAILED);
});
