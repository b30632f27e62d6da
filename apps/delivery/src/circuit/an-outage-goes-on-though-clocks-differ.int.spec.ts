import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { PARTITION } from '../testing/as-batch.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

/** No probe comes by itself while a test runs. */
const HOUR = 3_600_000;
const SETTINGS = { policy: { scheduleMs: [HOUR], jitter: 0 } };

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let webhook: WebhookSnapshot;
let owner: DispatchService;

beforeEach(async () => {
  // The webhook was enabled a moment ago by the registry's clock. By delivery's clock all failures lie before that.
  fixture = await DispatchFixture.create({ clock: () => new Date(Date.now() - HOUR) });
  receiver = await RecordingReceiver.start({ respond: () => ({ status: 500 }) });
  webhook = fixture.webhook(receiver.url, { activeSince: new Date().toISOString() });
  owner = await fixture.serve(SETTINGS);
  for (let n = 0; n < 5; n++) await owner.intake.take(requestBatch(webhook, [`failed-${n}`]));
  expect(owner.circuits.state(webhook.id)).toBe('open');
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const rows = () =>
  fixture.orm.em
    .fork()
    .execute<{ failures: number; active_since: string | null }[]>('select failures, active_since from circuits');

test('a change of the webhook that enables nothing leaves its circuit open', () => {
  fixture.directory.put({ ...webhook, name: 'Renamed', version: 2 });
  expect(owner.circuits.state(webhook.id)).toBe('open');
});

test('the next owner goes on with the circuit', async () => {
  await owner.stop();
  expect(await rows()).toMatchObject([{ failures: 5 }]);
  const next = await fixture.serve(SETTINGS);
  expect(next.circuits.state(webhook.id)).toBe('open');
});

test('a circuit that an older release wrote down is judged by its times once', async () => {
  await owner.stop();
  await fixture.orm.em
    .fork()
    .execute('update circuits set active_since = null, last_failed_at = now(), opened_at = now()');
  const next = await fixture.serve(SETTINGS);
  expect(next.circuits.state(webhook.id)).toBe('open');
  await waitFor(async () => (await rows())[0]?.active_since !== null, { what: 'the enabling in its row' });
});

test('a webhook that was enabled anew begins anew', async () => {
  await owner.stop();
  fixture.directory.put({ ...webhook, activeSince: new Date(Date.now() - 2 * HOUR).toISOString(), version: 3 });
  const next = await fixture.serve(SETTINGS);
  expect(next.circuits.state(webhook.id)).toBe('closed');
  expect(next.ownership.claim(PARTITION)).toBeDefined();
  await waitFor(async () => (await rows()).length === 0, { what: 'its row to be deleted' });
});
