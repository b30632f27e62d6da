import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId, systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { EgressRules } from '@signet/egress';
import { innerAddresses, nameServer, rawReceiver, respond, waitFor } from '@signet/testing';
import type { NameServer, RawReceiver } from '@signet/testing';
import { DeliveryCommands } from '../delivery/http/delivery.commands.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { asBatch } from '../testing/as-batch.ts';
import { OPERATOR, replayReplica } from '../testing/replay-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

/** Stands for an honest receiver: the one address that is allowed. */
const HONEST = '127.0.0.2';
const inner = innerAddresses();
afterAll(() => inner.remove());

/** All on one port, so that the same URL leads to each of them. */
let honest: RawReceiver;
let names: NameServer;
let answers: readonly string[];
let fixture: DispatchFixture;
let dispatch: DispatchService;
beforeAll(async () => {
  honest = await rawReceiver((socket) => respond(socket), { host: HONEST });
  names = await nameServer(() => answers);
});
afterAll(async () => {
  names.close();
  await honest.close();
});
beforeEach(async () => {
  honest.forget();
  answers = [HONEST];
  let time = Date.now();
  // Each lookup comes after the last answer has expired.
  const clock = (): Date => new Date((time += 2_000));
  const egress = { rules: new EgressRules({ allow: [HONEST] }), resolve: names.resolve, clock };
  fixture = await DispatchFixture.create({ egress });
  dispatch = await fixture.serve({ maxAttempts: 2 });
});
afterEach(() => fixture.close());

const list = ({ id }: WebhookSnapshot): Promise<DeliveryRow[]> =>
  fixture.reader.list({ tenantId: null, webhookId: id }, null, 100);
const ended = (webhook: WebhookSnapshot, count: number): Promise<DeliveryRow[]> =>
  waitFor(
    async () => {
      const rows = await list(webhook);
      return rows.length === count && rows.every(({ completedAt }) => completedAt !== null) && rows;
    },
    { what: `${count} deliveries to end` },
  );
const kept = async ({ id }: DeliveryRow): Promise<object[]> =>
  (await fixture.reader.find(id, null))!.events
    .filter(({ type }) => type === 'DeliveryAttemptFailed')
    .map(({ data }) => data);

/** Each begins with a webhook that has got a delivery from the honest address, and goes on when its host is rebound. */
const PATHS: readonly [path: string, go: (webhook: WebhookSnapshot, first: DeliveryRow) => Promise<DeliveryRow[]>][] = [
  [
    'a delivery and its automatic retry',
    async (webhook) => {
      await dispatch.intake.take(requestBatch(webhook, ['m-2']));
      const rows = await ended(webhook, 2);
      expect(rows[0]!.attemptCount).toBe(2);
      return rows;
    },
  ],
  [
    'a test',
    async (webhook) => {
      await dispatch.intake.take(requestBatch(webhook, ['test'], undefined, { kind: 'test' }));
      return ended(webhook, 2);
    },
  ],
  [
    'a retry that a person asks for',
    async (webhook, { id }) => {
      await new DeliveryCommands(fixture.database, fixture.reader, systemClock).retry(id, null, 'an-operator');
      await waitFor(async () => (await list(webhook))[0]!.status === 'FAILED', { what: 'the retry to fail' });
      return list(webhook);
    },
  ],
  [
    'a replay',
    async (webhook) => {
      const replays = replayReplica(fixture, {
        onRequests: (records) => dispatch.intake.take(asBatch(records, 100)),
      });
      const since = new Date(Date.now() - 60_000);
      replays.runner.start();
      await replays.replays.create({ webhookId: webhook.id, since, status: 'all' }, OPERATOR);
      try {
        return await ended(webhook, 2);
      } finally {
        await replays.runner.stop();
      }
    },
  ],
];

for (const { kind, address, lacking } of [{ kind: 'loopback', address: '127.0.0.1', lacking: '' }, ...inner.all]) {
  if (address === undefined) {
    // Says in its name why it cannot be tried here.
    test.skip(`a canary on a ${kind} address: ${lacking}`, () => undefined);
    continue;
  }
  describe(`a canary on a ${kind} address hears nothing of a webhook whose host is rebound to it:`, () => {
    test.each(PATHS)('not by %s', async (_path, go) => {
      const host = address.startsWith('fe80') ? `${address}%lo` : address;
      const canary = await rawReceiver((socket) => respond(socket), { host, port: honest.port });
      const webhook = fixture.webhook(`http://shop.example.com:${honest.port}/`, { id: newId() });
      await dispatch.intake.take(requestBatch(webhook, ['m-1']));
      const [first] = await ended(webhook, 1);
      expect(first!.status).toBe('SUCCESS');

      answers = [address];
      const [row] = await go(webhook, first!);
      expect(row).toMatchObject({ status: 'FAILED', errorClass: 'blocked_address' });
      for (const attempt of await kept(row!))
        expect(attempt).toMatchObject({ errorMessage: 'The address is not allowed.', address: null, response: null });
      expect(honest.requests).toHaveLength(1);
      expect(canary.sockets).toHaveLength(0);
      await canary.close();
    });
  });
}
