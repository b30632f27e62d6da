import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import type { OutgoingRecord } from '@signet/kafka';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { asBatch } from '../testing/as-batch.ts';
import { OPERATOR, replayReplica } from '../testing/replay-fixture.ts';
import type { ReplayService } from './replay.service.ts';
import type { Replay, ReplayStatus } from './replay.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let dispatch: DispatchService;
let webhook: WebhookSnapshot;
let answer: (messageId: string) => ReceiverAnswer;
let requested: OutgoingRecord[];
let replicas: ReplayService[];
let since: Date;
/** After this many requests a replay waits for `release`, so that tests can see it in its middle on every machine. */
let heldFrom: number;
let release: () => void;
let released: Promise<void>;

beforeEach(async () => {
  answer = () => ({});
  requested = [];
  replicas = [];
  heldFrom = Number.POSITIVE_INFINITY;
  released = new Promise((resolve) => (release = resolve));
  since = new Date(Date.now() - 1_000);
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: ({ body }) => answer(messageIdOf(body)) });
  dispatch = await fixture.serve({ maxAttempts: 1 });
  webhook = fixture.webhook(receiver.url);
});
afterEach(async () => {
  release();
  await Promise.all(replicas.map(({ runner }) => runner.stop()));
  await fixture.close();
  await receiver.close();
});

const messageIdOf = (body: Buffer): string =>
  (JSON.parse(body.toString()) as { data: { messageId: string } }).data.messageId;
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
const list = (): Promise<DeliveryRow[]> => fixture.reader.list({ tenantId: null, webhookId: webhook.id }, null, 10_000);
const untilEnded = (count: number): Promise<DeliveryRow[]> =>
  waitFor(
    async () => {
      const rows = await list();
      return rows.length === count && rows.every(({ status }) => ['SUCCESS', 'FAILED'].includes(status)) && rows;
    },
    { what: `${count} deliveries to end` },
  );
/** How often each message arrived from here on. */
const arrivals = (from: number): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { body } of receiver.requests.slice(from)) {
    const id = messageIdOf(body);
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
};
const onceEach = (ids: readonly string[]): Record<string, number> => Object.fromEntries(ids.map((id) => [id, 1]));

/** A replica whose requests go to dispatch. */
function replica(options: Partial<Parameters<typeof replayReplica>[1]> = {}): ReplayService {
  const service = replayReplica(fixture, {
    onRequests: async (records) => {
      await dispatch.intake.take(asBatch(records, requested.length));
      requested.push(...records);
      if (requested.length >= heldFrom) await released;
    },
    ...options,
  });
  replicas.push(service);
  return service;
}
const wanted = (status: ReplayStatus) => ({ webhookId: webhook.id, since, status });
const untilState = (service: ReplayService, id: string, state: Replay['state']): Promise<Replay> =>
  waitFor(
    async () => {
      const replay = await service.replays.find(id, OPERATOR);
      return replay.state === state && replay;
    },
    { what: `the replay to be ${state}` },
  );
async function replayed(service: ReplayService, status: ReplayStatus): Promise<Replay> {
  const { id } = await service.replays.create(wanted(status), OPERATOR);
  return untilState(service, id, 'completed');
}

test('failed messages are delivered again, with the same webhook-id, and the others are not', async () => {
  const isBad = (id: string): boolean => Number(id.slice(2)) % 3 === 0;
  answer = (id) => ({ status: isBad(id) ? 500 : 200 });
  await dispatch.intake.take(requestBatch(webhook, numbers(30)));
  const before = await untilEnded(30);
  answer = () => ({});
  const service = replica();
  service.runner.start();

  expect(await service.replays.preview(wanted('failed'), OPERATOR)).toMatchObject({ count: 10, isExact: true });
  expect(await list()).toHaveLength(30);
  expect(await replayed(service, 'failed')).toMatchObject({ total: 10, requested: 10, reason: null });

  const after = await untilEnded(40);
  expect(arrivals(30)).toEqual(onceEach(numbers(30).filter(isBad)));
  const firsts = new Map(before.map((row) => [row.id, row]));
  for (const row of after.filter(({ kind }) => kind === 'replay')) {
    expect(firsts.get(row.repeats ?? '')).toMatchObject({ status: 'FAILED', eventId: row.eventId });
    expect(row.status).toBe('SUCCESS');
  }
  // No message is left that failed and was not delivered since.
  expect(await service.replays.preview(wanted('failed'), OPERATOR)).toMatchObject({ count: 0 });
});

test('a message that failed in its replay, too, counts as one failed message', async () => {
  answer = () => ({ status: 500 });
  await dispatch.intake.take(requestBatch(webhook, numbers(4)));
  await untilEnded(4);
  const service = replica();
  service.runner.start();
  await replayed(service, 'failed');
  await untilEnded(8);
  answer = () => ({});
  expect(await replayed(service, 'failed')).toMatchObject({ total: 4, requested: 4 });
  await untilEnded(12);
  expect(arrivals(8)).toEqual(onceEach(numbers(4)));
});

test('all messages are delivered again, each once, however often they were before', async () => {
  await dispatch.intake.take(requestBatch(webhook, numbers(20)));
  await untilEnded(20);
  const service = replica();
  service.runner.start();
  await replayed(service, 'all');
  await untilEnded(40);
  expect(await replayed(service, 'all')).toMatchObject({ total: 20, requested: 20 });
  await untilEnded(60);
  expect(arrivals(40)).toEqual(onceEach(numbers(20)));
});

test('a test of the webhook and what lies outside of the time are not replayed', async () => {
  await dispatch.intake.take(requestBatch(webhook, ['m-0']));
  await dispatch.intake.take(requestBatch(webhook, ['m-1'], undefined, { kind: 'test' }));
  await untilEnded(2);
  const service = replica();
  expect(await service.replays.preview(wanted('all'), OPERATOR)).toMatchObject({ count: 1 });
  const until = new Date((await list()).at(-1)?.createdAt ?? 0);
  expect(await service.replays.preview({ ...wanted('all'), until }, OPERATOR)).toMatchObject({ count: 0 });
});

test('a replica that stops in the middle leaves the rest to another one, and each message arrives once', async () => {
  await dispatch.intake.take(requestBatch(webhook, numbers(60)));
  await untilEnded(60);
  const first = replica({ ratePerSecond: 20 });
  heldFrom = 10;
  first.runner.start();
  const { id } = await first.replays.create(wanted('all'), OPERATOR);
  await waitFor(() => requested.length >= 10, { what: 'the first requests' });
  const stopping = first.runner.stop();
  release();
  await stopping;
  const stopped = await first.replays.find(id, OPERATOR);
  expect(stopped).toMatchObject({ state: 'running', total: 60 });
  expect(stopped.requested).toBeLessThan(60);

  const second = replica();
  second.runner.start();
  await untilState(second, id, 'completed');
  await untilEnded(120);
  expect(arrivals(60)).toEqual(onceEach(numbers(60)));
});

test('deliveries that were requested, but not noted because the replica died, are requested again and delivered once', async () => {
  await dispatch.intake.take(requestBatch(webhook, numbers(20)));
  await untilEnded(20);
  const dying = replica({
    ratePerSecond: 20,
    onRequests: async (records) => {
      await dispatch.intake.take(asBatch(records, 0));
      throw new Error('It died between Kafka and PostgreSQL.');
    },
  });
  dying.runner.start();
  const { id } = await dying.replays.create(wanted('all'), OPERATOR);
  await waitFor(async () => (await list()).length > 20, { what: 'the first requests' });
  await dying.runner.stop();
  const second = replica();
  second.runner.start();
  expect(await untilState(second, id, 'completed')).toMatchObject({ requested: 20 });
  await untilEnded(40);
  expect(arrivals(20)).toEqual(onceEach(numbers(20)));
});

test('a cancelled replay requests nothing more', async () => {
  await dispatch.intake.take(requestBatch(webhook, numbers(60)));
  await untilEnded(60);
  const service = replica({ ratePerSecond: 20 });
  heldFrom = 5;
  service.runner.start();
  const { id } = await service.replays.create(wanted('all'), OPERATOR);
  await waitFor(() => requested.length >= 5, { what: 'the first requests' });
  await service.replays.cancel(id, OPERATOR);
  expect(await service.replays.find(id, OPERATOR)).toMatchObject({ state: 'cancelled' });
  const requestedBefore = requested.length;
  release();
  // The replay of another webhook shows that the runner goes on.
  const other = fixture.webhook(receiver.url);
  const next = await service.replays.create({ ...wanted('all'), webhookId: other.id }, OPERATOR);
  await untilState(service, next.id, 'completed');
  expect(requested).toHaveLength(requestedBefore);
  await service.runner.stop();
  // To cancel it again changes nothing.
  await service.replays.cancel(id, OPERATOR);
});

test('a replay fails with the reason when its webhook is disabled or deleted, or its tenant suspended', async () => {
  await dispatch.intake.take(requestBatch(webhook, numbers(60)));
  await untilEnded(60);
  const service = replica({ ratePerSecond: 40 });
  heldFrom = 10;
  service.runner.start();
  const { id } = await service.replays.create(wanted('all'), OPERATOR);
  await waitFor(() => requested.length >= 10, { what: 'the first requests' });
  fixture.directory.put({ ...webhook, isActive: false, version: 2 });
  release();
  expect(await untilState(service, id, 'failed')).toMatchObject({ reason: 'webhook_disabled' });
  await expect(service.replays.create(wanted('all'), OPERATOR)).rejects.toMatchObject({ code: 'webhook_disabled' });
  // Cancelling it too late is answered with an error.
  await expect(service.replays.cancel(id, OPERATOR)).rejects.toMatchObject({ code: 'replay_ended' });
  expect(await service.replays.find(id, OPERATOR)).toMatchObject({ state: 'failed' });
});

test('one replay of a webhook runs at a time', async () => {
  await dispatch.intake.take(requestBatch(webhook, ['m-0']));
  await untilEnded(1);
  const service = replica();
  await service.replays.create(wanted('all'), OPERATOR);
  await expect(service.replays.create(wanted('failed'), OPERATOR)).rejects.toMatchObject({ code: 'replay_running' });
});

test("a tenant can neither replay another's messages, nor see or cancel its replays", async () => {
  const service = replica();
  const mine = { ...OPERATOR, role: 'tenant' as const, tenantId: webhook.tenantId };
  const others = { ...mine, tenantId: 'another' };
  await expect(service.replays.create(wanted('all'), others)).rejects.toMatchObject({ code: 'webhook_not_found' });
  await expect(service.replays.preview(wanted('all'), others)).rejects.toMatchObject({ code: 'webhook_not_found' });
  const { id } = await service.replays.create(wanted('all'), mine);
  await expect(service.replays.find(id, others)).rejects.toMatchObject({ code: 'replay_not_found' });
  await expect(service.replays.cancel(id, others)).rejects.toMatchObject({ code: 'replay_not_found' });
  expect(await service.replays.list({ tenantId: others.tenantId }, null, 10)).toEqual([]);
  expect(await service.replays.list({ tenantId: mine.tenantId }, null, 10)).toMatchObject([{ id, state: 'running' }]);
});

test('an impossible range of time is refused', async () => {
  const service = replica();
  const future = new Date(Date.now() + 60_000);
  const longAgo = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
  const rule = (name: string): object => ({ code: 'invalid_body', errors: [expect.objectContaining({ rule: name })] });
  const create = (fields: object): Promise<unknown> =>
    service.replays.create({ ...wanted('all'), ...fields }, OPERATOR);
  await expect(create({ since: future })).rejects.toMatchObject(rule('since_in_the_future'));
  await expect(create({ since: longAgo, status: 'missed' })).rejects.toMatchObject(rule('older_than_retention'));
  await expect(create({ webhookId: newId() })).rejects.toMatchObject({ code: 'webhook_not_found' });
});
