import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { systemClock } from '@signet/contracts';
import type { Caller } from '@signet/service-kit';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { CircuitView } from './http/circuit.answers.ts';
import { CircuitCommands } from './http/circuit.commands.ts';
import { CircuitHttp } from './http/circuit.http.ts';
import { CircuitReader } from './http/circuit.reader.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let isDown: boolean;
let http: CircuitHttp;

beforeEach(async () => {
  isDown = true;
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 500 : 200 }) });
  // Any replica may take the command: it sees only the stored circuits.
  const commands = new CircuitCommands(fixture.database, systemClock);
  http = new CircuitHttp(new CircuitReader(fixture.database), commands, { directory: fixture.directory }, systemClock);
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

const operator: Caller = {
  keyId: 'key-1',
  role: 'operator',
  tenantId: null,
  name: 'Test',
  eventTypes: null,
  tenants: null,
};
const tenant = (tenantId: string): Caller => ({ ...operator, role: 'tenant', tenantId });
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
const serve = (...probeAfterMs: number[]): Promise<DispatchService> =>
  fixture.serve({ policy: { scheduleMs: probeAfterMs, jitter: 0 }, maxAttempts: 20 });
const fail = (service: DispatchService, webhook: WebhookSnapshot): Promise<void> =>
  service.intake.take(requestBatch(webhook, numbers(8)));
const untilState = (webhook: WebhookSnapshot, state: CircuitView['state']): Promise<CircuitView> =>
  waitFor(
    async () => {
      const view = await http.read(webhook.id, operator);
      return view.state === state && view;
    },
    { what: `the circuit to be told ${state}` },
  );

test('a circuit is shown from its first opening to its closing', async () => {
  const service = await serve(8_000, 300);
  const webhook = fixture.webhook(receiver.url);
  const closed = {
    webhookId: webhook.id,
    tenantId: 'tenant-1',
    state: 'closed',
    openings: 0,
    openedAt: null,
    nextProbeAt: null,
  };
  expect(await http.read(webhook.id, operator)).toEqual(closed);
  await fail(service, webhook);
  const open = await untilState(webhook, 'open');
  expect(open).toMatchObject({ webhookId: webhook.id, tenantId: 'tenant-1', openings: 1 });
  expect(Date.parse(open.nextProbeAt!) - Date.parse(open.openedAt!)).toBe(8_000);
  const again = await waitFor(
    async () => {
      const view = await http.read(webhook.id, operator);
      return view.openings > 1 && view.state === 'open' && view;
    },
    { what: 'the first probe to fail' },
  );
  expect(again.openedAt).toBe(open.openedAt);
  isDown = false;
  expect(await untilState(webhook, 'closed')).toEqual(closed);
  expect((await http.list({ limit: 50 }, operator)).data).toEqual([]);
});

test('a circuit that has nothing to probe with is half-open; one that is mended is closed', async () => {
  const service = await serve(300);
  const webhook = fixture.webhook(receiver.url, { maxAttempts: 1 });
  await fail(service, webhook);
  await untilState(webhook, 'half_open');
  fixture.directory.put({ ...webhook, url: `${receiver.url}/elsewhere`, version: 2 });
  await untilState(webhook, 'closed');
});

test('the next owner of the partition goes on with the circuits of the one before', async () => {
  const webhook = fixture.webhook(receiver.url);
  await fail(await serve(3_600_000), webhook);
  const open = await untilState(webhook, 'open');
  const next = await serve(3_600_000);
  expect(await http.read(webhook.id, operator)).toEqual(open);
  expect(next.circuits.find(webhook.id)).toMatchObject({
    openings: open.openings,
    probeAt: Date.parse(open.nextProbeAt!),
  });
});

test("tenants see their own circuits, page by page, and of others' webhooks nothing", async () => {
  const service = await serve(3_600_000);
  const own: string[] = [];
  for (let n = 0; n < 3; n++) {
    const webhook = fixture.webhook(receiver.url);
    own.unshift(webhook.id);
    await fail(service, webhook);
    await untilState(webhook, 'open');
  }
  const foreign = fixture.webhook(receiver.url, { tenantId: 'tenant-2' });
  await fail(service, foreign);
  await untilState(foreign, 'open');

  const first = await http.list({ limit: 2 }, tenant('tenant-1'));
  const second = await http.list({ limit: 2, cursor: first.nextCursor! }, tenant('tenant-1'));
  expect([...first.data, ...second.data].map(({ webhookId }) => webhookId)).toEqual(own);
  expect(second.nextCursor).toBeNull();
  expect((await http.list({ limit: 50 }, operator)).data).toHaveLength(4);
  const ofOne = await http.list({ limit: 50, tenantId: 'tenant-2' }, operator);
  expect(ofOne.data).toMatchObject([{ webhookId: foreign.id, tenantId: 'tenant-2' }]);
  await expect(http.read(foreign.id, tenant('tenant-1'))).rejects.toMatchObject({ status: 404 });
  await expect(http.read('nonsense', operator)).rejects.toMatchObject({ status: 404 });
});
