import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import type { Caller } from '@signet/service-kit';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { CircuitCommands } from '../circuit/http/circuit.commands.ts';
import { CircuitHttp } from '../circuit/http/circuit.http.ts';
import { CircuitReader } from '../circuit/http/circuit.reader.ts';
import { DeliveryCommands } from '../delivery/http/delivery.commands.ts';
import { DeliveryHttp } from '../delivery/http/delivery.http.ts';
import { DeliveryViewContext } from '../delivery/http/delivery.view-context.ts';
import type { DeliveryListView } from '../delivery/http/delivery.view.ts';
import { PlatformFaultReader } from '../platform-fault/storage/platform-fault.reader.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

/** No probe comes by itself while a test runs. */
const HOUR = 3_600_000;
const OPERATOR: Caller = {
  keyId: 'key-1',
  role: 'operator',
  tenantId: null,
  name: 'Test',
  eventTypes: null,
  tenants: null,
};

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let isDown: boolean;
let service: DispatchService;
let webhook: WebhookSnapshot;
let circuits: CircuitHttp;
let deliveries: DeliveryHttp;

beforeEach(async () => {
  isDown = true;
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 500 : 200 }) });
  webhook = fixture.webhook(receiver.url);
  service = await fixture.serve({ policy: { scheduleMs: [HOUR], jitter: 0 } });
  const known = { directory: fixture.directory } as never;
  const reader = new CircuitReader(fixture.database);
  circuits = new CircuitHttp(reader, new CircuitCommands(fixture.database, systemClock), known, systemClock);
  const commands = new DeliveryCommands(fixture.database, fixture.reader, systemClock);
  const faults = new PlatformFaultReader(fixture.database);
  const context = new DeliveryViewContext(known, reader, faults, systemClock);
  deliveries = new DeliveryHttp(fixture.reader, commands, known, fixture.tenants, context);
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const list = async (): Promise<readonly DeliveryListView[]> => (await deliveries.list({ limit: 200 }, OPERATOR)).data;
const untilAllArrived = (count: number): Promise<unknown> =>
  waitFor(async () => (await list()).filter(({ status }) => status === 'SUCCESS').length === count, {
    what: `${count} deliveries to arrive`,
  });
const untilHeld = (count: number): Promise<unknown> =>
  waitFor(
    async () => {
      const held = (await list()).filter(({ heldUntil }) => heldUntil !== null);
      return held.length === count && held;
    },
    { what: `${count} deliveries to be held back` },
  );

/** The circuit opens with five failures one after the other; then some messages are held back. */
async function open(held: number): Promise<void> {
  for (let n = 0; n < 5; n++) await service.intake.take(requestBatch(webhook, [`failed-${n}`]));
  expect(service.circuits.state(webhook.id)).toBe('open');
  await service.intake.take(
    requestBatch(
      webhook,
      Array.from({ length: held }, (_, n) => `held-${n}`),
    ),
  );
  await untilHeld(5 + held);
}
const sendTest = (): Promise<void> => service.intake.take(requestBatch(webhook, ['test'], undefined, { kind: 'test' }));

test('a delivery that is held back says so, and until when', async () => {
  await open(2);
  const { nextProbeAt } = await circuits.read(webhook.id, OPERATOR);
  for (const delivery of await list()) {
    expect(delivery).toMatchObject({
      heldUntil: nextProbeAt,
      summary:
        `Held back: the circuit is open; next probe at ${nextProbeAt}.` +
        (delivery.attemptCount === 0 ? '' : ' Attempt 1 of 5 failed: The receiver answered 500.'),
    });
    expect(delivery.nextRetryAt! >= nextProbeAt!).toBe(true);
  }
  expect(new Set((await list()).map(({ status }) => status))).toEqual(new Set(['PENDING', 'RETRYING']));
});

test('a test is sent at once, and its success closes the circuit: the rest follows', async () => {
  await open(4);
  isDown = false;
  const sentBefore = receiver.requests.length;
  await sendTest();
  expect(receiver.requests[sentBefore]?.headers['signet-test']).toBe('true');
  expect(service.circuits.state(webhook.id)).toBe('closed');
  // The test and the deliveries that had not been tried; the others wait for their own retries.
  await untilAllArrived(5);
});

test('a test that fails changes neither the failures in a row nor the time of the next probe', async () => {
  await open(1);
  const before = service.circuits.stored(webhook.id);
  await sendTest();
  expect(receiver.requests).toHaveLength(6);
  expect(service.circuits.stored(webhook.id)).toEqual(before);
});

test('a retry is sent at once, and takes one attempt of its delivery', async () => {
  await open(3);
  const [delivery] = (await list()).filter(({ attemptCount }) => attemptCount === 1);
  const { nextProbeAt } = await circuits.read(webhook.id, OPERATOR);
  const answer = await deliveries.retry(delivery!.id, OPERATOR);
  expect(answer.summary).toBe(
    'A retry was asked for and goes out now. Attempt 1 of 5 failed: The receiver answered 500.',
  );
  await waitFor(async () => (await deliveries.read(delivery!.id, OPERATOR)).attemptCount === 2, { what: 'the retry' });
  expect(service.circuits.state(webhook.id)).toBe('open');
  expect(await deliveries.read(delivery!.id, OPERATOR)).toMatchObject({
    heldUntil: nextProbeAt,
    summary: `Held back: the circuit is open; next probe at ${nextProbeAt}. The retry that was asked for (attempt 2 of 5) failed: The receiver answered 500.`,
  });
  const [, second] = (await deliveries.attempts(delivery!.id, OPERATOR)).data;
  expect(second).toMatchObject({ attempt: 2, cause: 'person', outcome: 'failed', isUnspent: false });
  isDown = false;
  await deliveries.retry(delivery!.id, OPERATOR);
  await untilAllArrived(4);
  expect(service.circuits.state(webhook.id)).toBe('closed');
});

test('closing the circuit sends a probe now; where it fails the delivery has spent nothing', async () => {
  await open(3);
  const before = service.circuits.stored(webhook.id);
  const asked = await circuits.close(webhook.id, OPERATOR);
  expect(asked.state).toBe('half_open');
  await waitFor(() => receiver.requests.length === 6, { what: 'the probe' });
  await waitFor(() => service.circuits.state(webhook.id) === 'open', { what: 'the probe to fail' });
  expect(service.circuits.stored(webhook.id)).toEqual(before);
  const probed = await waitFor(async () => (await list()).find(({ unspentAttempts }) => unspentAttempts === 1), {
    what: 'the probe to be recorded',
  });
  expect(probed).toMatchObject({
    status: 'RETRYING',
    attemptCount: 0,
    summary: expect.stringMatching(
      /^Held back: .* The probe that was asked for, which spends no attempt, failed: The receiver answered 500\.$/,
    ),
  });
  isDown = false;
  await circuits.close(webhook.id, OPERATOR);
  await untilAllArrived(2);
  expect(service.circuits.state(webhook.id)).toBe('closed');
});

test('a circuit behind which only a later retry waits is closed by that one', async () => {
  await open(0);
  isDown = false;
  await circuits.close(webhook.id, OPERATOR);
  await untilAllArrived(1);
  expect(service.circuits.state(webhook.id)).toBe('closed');
});

test('a circuit with nothing behind it closes when a person asks for it', async () => {
  await open(0);
  for (const { id } of await list()) await deliveries.remove(id, OPERATOR);
  await circuits.close(webhook.id, OPERATOR);
  await waitFor(async () => (await circuits.read(webhook.id, OPERATOR)).state === 'closed', { what: 'it to close' });
  expect(receiver.requests).toHaveLength(5);
});

test('a retry of a delivery that waits behind others of its webhook goes before them', async () => {
  isDown = false;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const hanging = await RecordingReceiver.start({ respond: () => released.then(() => ({})) });
  const slow = fixture.webhook(hanging.url);
  const ids = Array.from({ length: 40 }, (_, n) => `m-${n}`);
  const taken = service.intake.take(requestBatch(slow, ids));
  await waitFor(async () => (await list()).length === 40, { what: 'all of them to be stored' });
  const waiting = (await list()).find(({ id }) => service.scheduler.get(id)?.inFlight !== true);
  const before = hanging.requests.length;
  await deliveries.retry(waiting!.id, OPERATOR);
  await waitFor(() => hanging.requests.length > before, { what: 'the retry, beside those that hang' });
  expect(hanging.requests.at(-1)?.headers['signet-delivery-id']).toBe(waiting!.id);
  release();
  await taken;
  await hanging.close();
});
