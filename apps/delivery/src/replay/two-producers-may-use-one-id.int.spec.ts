import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventIdOf, newId } from '@signet/contracts';
import type { CanonicalMessage, WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { route } from '../fan-out/fan-out.ts';
import { RequestBundles } from '../fan-out/request-bundles.ts';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { asBatch } from '../testing/as-batch.ts';
import { OPERATOR, publishMessages, replayReplica } from '../testing/replay-fixture.ts';
import type { ReplayService } from './replay.service.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let dispatch: DispatchService;
let service: ReplayService;
let webhook: WebhookSnapshot;
let offset = 0;
beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start();
  dispatch = await fixture.serve({});
  webhook = fixture.webhook(receiver.url, { tenantId: newId(), events: ['sale.created', 'sale.updated'] });
  service = replayReplica(fixture, {
    onRequests: (records) => dispatch.intake.take(asBatch(records, (offset += records.length))),
  });
  service.runner.start();
});
afterAll(async () => {
  await service.runner.stop();
  await fixture.close();
  await receiver.close();
});

/** A business id that two producers use, one of them for two types. */
const id = newId();
const messageOf = (fields: Partial<CanonicalMessage>): CanonicalMessage => ({
  id,
  source: '/pos/1',
  type: 'sale.created',
  time: new Date().toISOString(),
  subject: 'S-1',
  tenantId: webhook.tenantId,
  traceparent: undefined,
  data: Buffer.from('{}'),
  ...fields,
});
const routed = (all: readonly CanonicalMessage[]): Promise<void> => {
  const bundles = new RequestBundles();
  for (const one of all) route(one, Date.now(), fixture.directory, bundles);
  return dispatch.intake.take(asBatch(bundles.take(), (offset += 1_000)));
};
const arrivedIds = (): string[] => receiver.requests.map(({ headers }) => headers['webhook-id'] ?? '').toSorted();
const listed = (filter: object) => fixture.reader.list({ tenantId: webhook.tenantId, ...filter }, null, 10);

test('messages of two sources with one id have two webhook-ids, and neither is the id', async () => {
  const messages = [messageOf({}), messageOf({ source: '/erp', subject: 'S-2', type: 'sale.updated' })];
  await routed(messages);
  await waitFor(() => receiver.requests.length === 2, { what: 'both' });
  expect(arrivedIds()).toEqual(messages.map(eventIdOf).toSorted());
  expect(new Set([...arrivedIds(), id]).size).toBe(3);
});

test("a delivery is found by the producer's id, its source and its subject", async () => {
  await waitFor(async () => (await listed({})).length === 2, { what: 'both deliveries to be stored' });
  expect(await listed({ messageId: id })).toHaveLength(2);
  expect(await listed({ messageId: id, source: '/erp' })).toMatchObject([
    { messageId: id, source: '/erp', subject: 'S-2', eventId: eventIdOf({ source: '/erp', id }) },
  ]);
  expect(await listed({ subject: 'S-1', eventType: 'sale.created' })).toMatchObject([{ source: '/pos/1' }]);
  expect(await listed({ q: id })).toHaveLength(2);
});

test('a replay of what was missed takes them for two messages', async () => {
  const since = new Date(Date.now() - 60_000);
  const missed = ['/web', '/app'].map((source) => messageOf({ source }));
  await publishMessages([...missed, ...missed]);
  const wanted = { webhookId: webhook.id, since, status: 'missed' as const };
  const { id: replayId } = await service.replays.create(wanted, OPERATOR);
  await waitFor(async () => (await service.replays.find(replayId, OPERATOR)).state === 'completed', {
    what: 'the replay to be completed',
  });
  await waitFor(() => receiver.requests.length >= 4, { what: 'both of them' });
  await waitFor(async () => (await fixture.orm.em.fork().execute('select from due_deliveries')).length === 0, {
    what: 'every delivery to end',
  });
  expect(arrivedIds().length).toBe(4);
  expect(arrivedIds()).toEqual(expect.arrayContaining(missed.map(eventIdOf)));
});
