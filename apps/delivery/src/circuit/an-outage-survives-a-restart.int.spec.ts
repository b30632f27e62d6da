import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import { outcomesOf } from '../outcomes/outcomes.ts';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { RegistrySide } from '../testing/registry-side.ts';
import type { DispatchSettings } from '../dispatch/dispatch.settings.ts';

/** An hour of the schedule is a second here, and a probe follows the last one after a second, too. */
const SHORT: Partial<DispatchSettings> = { policy: { scheduleMs: [200, 400, 600, 1_000, 1_000], jitter: 0 } };
const MESSAGES = 12;

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let isDown: boolean;
let registry: RegistrySide;

beforeEach(async () => {
  isDown = true;
  fixture = await DispatchFixture.create();
  registry = new RegistrySide(fixture, () => new Date());
  receiver = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 503 : 200 }) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

/** Fields that the registry's rules do not use. */
const MESSAGE = {
  tenantId: 'tenant-1',
  messageId: 'm-1',
  source: '/test',
  subject: null,
  eventType: 'sale.created',
  kind: 'message',
} as const;

/** Every outcome, told to the registry's own rules as the relay would. */
async function tellRegistry(): Promise<void> {
  const { rows } = await sql<{ id: string; webhookId: string; eventId: string; events: DeliveryEvent[] }>`
    select d.id, d.webhook_id as "webhookId", d.event_id as "eventId", l.events
    from delivery_log l join deliveries d on d.id = l.delivery_id and d.day = l.day order by l.position`.execute(
    fixture.database.query,
  );
  registry.hear(rows.flatMap(({ id, ...row }) => outcomesOf({ ...row, deliveryId: id, ...MESSAGE })));
}

test('an outage of minutes with a restart in its middle disables nothing and ends no delivery', async () => {
  const first = await fixture.serve(SHORT);
  const webhook = registry.register({ name: 'Quiet', url: receiver.url });
  const send = (service: typeof first, n: number): Promise<void> =>
    service.intake.take(requestBatch(webhook, [`m-${n}`]));
  for (let n = 0; n < MESSAGES / 2; n++) await send(first, n);
  await waitFor(() => first.circuits.state(webhook.id) !== 'closed', { what: 'the circuit to open' });
  await waitFor(() => (first.circuits.find(webhook.id)?.openings ?? 0) >= 2, { what: 'the first probe to fail' });

  await first.partitions.givingUp();
  const before = first.circuits.stored(webhook.id);
  first.partitions.revoked([PARTITION]);
  await first.stop();
  const requests = receiver.requests.length;
  // Read before the replica begins to serve: a probe may be due at once.
  const second = fixture.replica(SHORT);
  await second.partitions.assigned([PARTITION]);
  const taken = second.circuits.stored(webhook.id)!;
  expect(taken.failures).toEqual(before!.failures);
  expect(taken.open).toMatchObject({ openedAt: before!.open!.openedAt });
  await second.start();
  for (let n = MESSAGES / 2; n < MESSAGES; n++) await send(second, n);
  await waitFor(() => receiver.requests.length > requests, { what: 'the next probe' });
  // One probe at a time, each of which has opened the circuit once more, except one that may be on the wire: if the circuit
  // had begun closed, more would have gone out.
  const probesEnded = second.circuits.find(webhook.id)!.openings - taken.openings;
  expect(receiver.requests.length - requests - probesEnded).toBeLessThanOrEqual(1);

  isDown = false;
  const statuses = async (): Promise<string[]> =>
    (await fixture.reader.list({ tenantId: null }, null, 100)).map(({ status }) => status);
  await waitFor(async () => (await statuses()).filter((status) => status === 'SUCCESS').length === MESSAGES, {
    what: 'all deliveries',
  });
  await tellRegistry();
  const facts = registry.facts(webhook).map(({ type }) => type);
  expect(facts).not.toContain('WebhookDisabled');
  expect(facts).toContain('WebhookFailureAlertRaised');
});
