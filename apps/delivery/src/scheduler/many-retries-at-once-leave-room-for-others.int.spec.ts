import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { sql } from 'kysely';
import { DeliveryCommands } from '../delivery/http/delivery.commands.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

const HOUR = 3_600_000;
const LEASED_IN_MEMORY = 40;
const RETRIES = 60;
/** How many deliveries of one webhook that people asked for are on the wire or wait ahead of its queue. */
const URGENT = 12;

let fixture: DispatchFixture;
let hanging: RecordingReceiver;
let other: RecordingReceiver;
let isHanging: boolean;
let isDown: boolean;
let release: () => void;

beforeEach(async () => {
  isHanging = false;
  isDown = true;
  const released = new Promise<ReceiverAnswer>((resolve) => (release = () => resolve({ status: 200 })));
  fixture = await DispatchFixture.create();
  hanging = await RecordingReceiver.start({ respond: () => (isHanging ? released : { status: 500 }) });
  other = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 500 : 200 }) });
});
afterEach(async () => {
  release();
  await Promise.all([hanging?.close(), other?.close()]);
  await fixture?.close();
});

const deliveriesOf = (webhook: WebhookSnapshot): Promise<DeliveryRow[]> =>
  fixture.reader.list({ tenantId: null, webhookId: webhook.id }, null, 200);
const messages = (count: number): string[] => Array.from({ length: count }, (_, n) => `m-${n}`);

test("a person who retries more deliveries of a hanging receiver than memory holds delays no other tenant's retry", async () => {
  const policy = { scheduleMs: [HOUR], jitter: 0 };
  const service = await fixture.serve({ policy, leasedInMemory: LEASED_IN_MEMORY, requestTimeoutMs: 60_000 });
  const [slow, quiet] = [fixture.webhook(hanging.url), fixture.webhook(other.url, { tenantId: 'tenant-2' })];
  await service.intake.take(requestBatch(slow, messages(RETRIES)));
  await service.intake.take(requestBatch(quiet, ['quiet']));
  await waitFor(async () => (await deliveriesOf(slow)).length === RETRIES, { what: 'all of them to be stored' });

  isHanging = true;
  isDown = false;
  const commands = new DeliveryCommands(fixture.database, fixture.reader, systemClock);
  for (const { id } of await deliveriesOf(slow)) await commands.retry(id, null, 'an-operator');
  await sql`update due_deliveries set due_at = now() where webhook_id = ${quiet.id}::uuid`.execute(
    fixture.database.query,
  );
  await waitFor(async () => (await deliveriesOf(quiet))[0]?.status === 'SUCCESS', { what: 'the retry of the other' });
  await waitFor(() => service.scheduler.size <= URGENT, { what: 'the rest to wait in PostgreSQL' });

  release();
  isHanging = false;
  await waitFor(async () => (await deliveriesOf(slow)).some(({ status }) => status === 'SUCCESS'), {
    what: 'the urgent ones to arrive',
  });
  expect(service.circuits.state(slow.id)).not.toBe('open');
});
