import { afterEach, beforeEach, expect, test } from '@jest/globals';
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
import type { Replay } from './replay.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let dispatch: DispatchService;
let service: ReplayService;
let webhook: WebhookSnapshot;
let isDown: boolean;
let since: Date;
let offset: number;

beforeEach(async () => {
  offset = 0;
  isDown = false;
  since = new Date(Date.now() - 1_000);
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: isDown ? 500 : 200 }) });
  dispatch = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  webhook = fixture.webhook(receiver.url, { tenantId: newId(), events: ['sale.created', 'inventory.low_stock'] });
  service = replayReplica(fixture, {
    onRequests: (records) => dispatch.intake.take(asBatch(records, (offset += records.length))),
  });
  service.runner.start();
});
afterEach(async () => {
  await service.runner.stop();
  await fixture.close();
  await receiver.close();
});

const message = (n: number, fields: Partial<CanonicalMessage> = {}): CanonicalMessage => ({
  id: newId(),
  source: '/pos/1',
  type: n % 3 === 0 ? 'inventory.low_stock' : 'sale.created',
  time: new Date().toISOString(),
  subject: `S-${n}`,
  tenantId: webhook.tenantId,
  traceparent: undefined,
  data: Buffer.from(`{"n":${n}}`),
  ...fields,
});
const messages = (count: number, fields: Partial<CanonicalMessage> = {}): CanonicalMessage[] =>
  Array.from({ length: count }, (_, n) => message(n, fields));
/** As fan-out routes them now. */
const routed = (all: readonly CanonicalMessage[]): Promise<void> => {
  const bundles = new RequestBundles();
  for (const one of all) route(one, Date.now(), fixture.directory, bundles);
  return dispatch.intake.take(asBatch(bundles.take(), (offset += 1_000)));
};
const arrivedIds = (): string[] => receiver.requests.map(({ headers }) => headers['webhook-id'] ?? '').toSorted();
const idsOf = (all: readonly CanonicalMessage[]): string[] => all.map(eventIdOf).toSorted();
const wanted = () => ({ webhookId: webhook.id, since, status: 'missed' as const });
const untilCompleted = (id: string): Promise<Replay> =>
  waitFor(
    async () => {
      const replay = await service.replays.find(id, OPERATOR);
      return replay.state === 'completed' && replay;
    },
    { what: 'the replay to be completed' },
  );
const toggle = (isActive: boolean, version: number): void => fixture.directory.put({ ...webhook, isActive, version });

test('messages that were accepted while the webhook was off arrive once, as if it had never been off', async () => {
  const [early, meanwhile, late] = [messages(20), messages(30), messages(20)];
  await publishMessages([...early, ...meanwhile, ...late]);
  await publishMessages([...messages(5, { tenantId: newId() }), ...messages(5, { type: 'sale.refunded' })]);
  await routed(early);
  await waitFor(() => receiver.requests.length === 20, { what: 'the early ones' });
  toggle(false, 2);
  await routed(meanwhile);
  toggle(true, 3);
  await routed(late);
  await waitFor(() => receiver.requests.length === 40, { what: 'the late ones' });

  expect(await service.replays.preview(wanted(), OPERATOR)).toMatchObject({ count: 30, isExact: true });
  const { id } = await service.replays.create(wanted(), OPERATOR);
  expect(await untilCompleted(id)).toMatchObject({ total: 30, requested: 30 });
  await waitFor(() => receiver.requests.length >= 70, { what: 'the missed ones' });
  expect(arrivedIds()).toEqual(idsOf([...early, ...meanwhile, ...late]));
  const sent = receiver.requests.find(({ headers }) => headers['webhook-id'] === eventIdOf(meanwhile[1]!));
  expect(JSON.parse(sent!.body.toString())).toEqual({
    type: 'sale.created',
    timestamp: meanwhile[1]?.time,
    data: { n: 1 },
  });
  // No missed messages are left.
  expect(await service.replays.preview(wanted(), OPERATOR)).toMatchObject({ count: 0 });
});

test('deliveries that were under way when the webhook was disabled arrive, too', async () => {
  isDown = true;
  const all = messages(6);
  await publishMessages(all);
  await routed(all.slice(0, 4));
  await waitFor(() => receiver.requests.length === 4, { what: 'the first attempts' });
  toggle(false, 2);
  await waitFor(async () => (await fixture.reader.list({ tenantId: null, status: 'FAILED' }, null, 10)).length === 4, {
    what: 'their ends',
  });
  isDown = false;
  toggle(true, 3);
  const { id } = await service.replays.create(wanted(), OPERATOR);
  expect(await untilCompleted(id)).toMatchObject({ total: 6, requested: 6 });
  await waitFor(() => receiver.requests.length === 10, { what: 'all of them' });
  expect(new Set(arrivedIds())).toEqual(new Set(idsOf(all)));
});

test('up to the present, a clock of ingestion that is ahead leaves nothing out; an end that was named stays', async () => {
  await publishMessages(messages(7), () => new Date(Date.now() + 20_000));
  expect(await service.replays.preview(wanted(), OPERATOR)).toMatchObject({ count: 7, isExact: true });
  const until = new Date(Date.now() - 1);
  expect(await service.replays.preview({ ...wanted(), until }, OPERATOR)).toMatchObject({ count: 0, until });
});

test('a message that is routed by itself at the same time arrives once', async () => {
  const all = messages(40);
  await publishMessages(all);
  const { id } = await service.replays.create(wanted(), OPERATOR);
  await routed(all);
  await untilCompleted(id);
  await waitFor(async () => (await fixture.orm.em.fork().execute('select from due_deliveries')).length === 0, {
    what: 'every delivery to end',
  });
  expect(arrivedIds()).toEqual(idsOf(all));
});
