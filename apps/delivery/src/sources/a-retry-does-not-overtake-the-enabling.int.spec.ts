import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import type { Caller } from '@signet/service-kit';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { CircuitReader } from '../circuit/http/circuit.reader.ts';
import { DeliveryCommands } from '../delivery/http/delivery.commands.ts';
import { DeliveryHttp } from '../delivery/http/delivery.http.ts';
import { DeliveryViewContext } from '../delivery/http/delivery.view-context.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

const CALLER: Caller = { keyId: 'k', role: 'operator', tenantId: null, name: 'T', eventTypes: null, tenants: null };

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let respond: () => ReceiverAnswer | Promise<ReceiverAnswer>;
let owner: DispatchService;
let webhook: WebhookSnapshot;
/** The directory of another replica, through which people ask for retries. */
let ahead: WebhookDirectory;
let api: DeliveryHttp;
/** By how much the owner's clock is before that of the replica through which people ask, milliseconds. */
let aheadMs: number;

beforeEach(async () => {
  respond = () => ({ status: 200 });
  aheadMs = 0;
  fixture = await DispatchFixture.create({ clock: () => new Date(Date.now() + aheadMs) });
  receiver = await RecordingReceiver.start({ respond: () => respond() });
  owner = await fixture.serve({ spillAfterMs: 10, policy: { scheduleMs: [3_600_000], jitter: 0 } });
  webhook = fixture.webhook(receiver.url);
  ahead = new WebhookDirectory();
  const circuits = new CircuitReader(fixture.database);
  const commands = new DeliveryCommands(fixture.database, fixture.reader, systemClock);
  const webhooks = { directory: ahead } as never;
  const faults = { heldPartitions: () => Promise.resolve(new Map<number, string>()) };
  const context = new DeliveryViewContext(webhooks, circuits, faults, systemClock);
  api = new DeliveryHttp(fixture.reader, commands, webhooks, fixture.tenants, context);
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const disabled = (): WebhookSnapshot => ({ ...webhook, isActive: false, version: 2 });
const enabled = (version = 3): WebhookSnapshot => ({ ...webhook, isActive: true, version });
const only = async (): Promise<DeliveryRow> =>
  (await fixture.reader.list({ tenantId: null, webhookId: webhook.id }, null, 1))[0]!;
const untilStatus = (status: string): Promise<unknown> =>
  waitFor(async () => (await only())?.status === status, { what: `it to be ${status}`, timeoutMs: 20_000 });

/** A delivery that ended because its webhook was disabled; the owner has read nothing newer. */
async function endedAsDisabled(): Promise<DeliveryRow> {
  fixture.directory.put(disabled());
  await owner.intake.take(requestBatch(webhook, ['m-1']));
  await untilStatus('FAILED');
  return only();
}

test.each([
  ['that', 0],
  ['that, also where its clock is an hour ahead', 3_600_000],
])('a retry right after the enabling waits until the owner has read %s', async (_name, ms) => {
  aheadMs = ms;
  const { id } = await endedAsDisabled();
  ahead.put(enabled());
  await api.retry(id, CALLER);
  // When this retry is sent, the owner has checked the other one, which was due first.
  const beside = fixture.webhook(`${receiver.url}/beside`);
  respond = () => ({ status: 500 });
  await owner.intake.take(requestBatch(beside, ['m-2']));
  const [other] = await fixture.reader.list({ tenantId: null, webhookId: beside.id }, null, 1);
  ahead.put(beside);
  await api.retry(other!.id, CALLER);
  await waitFor(() => receiver.requests.length === 2, { what: 'the retry beside it' });
  expect(await only()).toMatchObject({ status: 'RETRYING', attemptCount: 0, isRetryAsked: true });
  respond = () => ({ status: 200 });
  fixture.directory.put(enabled());
  await untilStatus('SUCCESS');
  expect(receiver.requests).toHaveLength(3);
});

test('a retry that is asked for while an attempt is on the wire waits for the enabling, too', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  respond = () => released.then(() => ({ status: 500 }));
  await owner.intake.take(requestBatch(webhook, ['m-1']));
  ahead.put(enabled());
  await api.retry((await only()).id, CALLER);
  fixture.directory.put(disabled());
  release();
  await waitFor(async () => (await only()).attemptCount === 1, { what: 'the attempt' });
  expect(await only()).toMatchObject({ status: 'RETRYING', isRetryAsked: true });
  respond = () => ({ status: 200 });
  fixture.directory.put(enabled());
  await untilStatus('SUCCESS');
});

test('a snapshot that never comes keeps a retry waiting for seconds only', async () => {
  const { id } = await endedAsDisabled();
  ahead.put(enabled(99));
  await api.retry(id, CALLER);
  await untilStatus('FAILED');
  expect(await only()).toMatchObject({ endReason: 'disabled', attemptCount: 0 });
  expect(receiver.requests).toHaveLength(0);
});

test('a retry that was asked for before the webhook was disabled ends with it', async () => {
  const { id } = await endedAsDisabled();
  ahead.put({ ...webhook, version: 1 });
  await api.retry(id, CALLER);
  await untilStatus('FAILED');
  expect(await only()).toMatchObject({ endReason: 'disabled', attemptCount: 0, isRetryAsked: false });
});
