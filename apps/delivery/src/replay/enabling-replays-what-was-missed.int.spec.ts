import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventIdOf, missedReplayIdOf, newId } from '@signet/contracts';
import type { CanonicalMessage, WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { asBatch } from '../testing/as-batch.ts';
import { OPERATOR, publishMessages, replayReplica } from '../testing/replay-fixture.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import type { ReplayService } from './replay.service.ts';
import type { Replay } from './replay.ts';
import { SETTLE_MS } from './requested-replay.policy.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let dispatch: DispatchService;
let services: ReplayService[];
let webhook: WebhookSnapshot;
let offset: number;
let requested: number;

beforeEach(async () => {
  offset = 0;
  requested = 0;
  services = [];
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start();
  dispatch = await fixture.serve();
  webhook = fixture.webhook(receiver.url, { tenantId: newId(), isActive: false });
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await fixture.close();
  await receiver.close();
});

/** A replica that reads the snapshots from the beginning, as at a start. */
function startReplica(start = (service: ReplayService): void => service.start()): WebhookDirectory {
  const directory = (fixture.directory = new WebhookDirectory());
  const service = replayReplica(fixture, {
    onRequests: (records) => {
      requested += records.length;
      return dispatch.intake.take(asBatch(records, (offset += records.length)));
    },
  });
  services.push(service);
  start(service);
  return directory;
}
const messages = (count: number): CanonicalMessage[] =>
  Array.from({ length: count }, (_, n) => ({
    id: newId(),
    source: '/pos/1',
    type: 'sale.created',
    time: new Date().toISOString(),
    subject: `S-${n}`,
    tenantId: webhook.tenantId,
    traceparent: undefined,
    data: Buffer.from(`{"n":${n}}`),
  }));
/** The snapshot of the webhook as it was enabled so long ago, having been disabled for a minute. */
function enabled(agoMs: number, fields: Partial<WebhookSnapshot> = {}): WebhookSnapshot {
  const until = new Date(Date.now() - agoMs).toISOString();
  const since = new Date(Date.parse(until) - 60_000).toISOString();
  const replayMissed = { since, until, registeredAt: new Date(0).toISOString(), requestedBy: 'key-1' };
  return { ...webhook, isActive: true, version: 3, replayMissed, ...fields };
}
const replayIdOf = ({ id, replayMissed }: WebhookSnapshot): string => missedReplayIdOf(id, replayMissed?.until ?? '');
const replays = (): Promise<Replay[]> => services[0]!.replays.list({ tenantId: null, webhookId: webhook.id }, null, 10);
const untilReplay = (snapshot: WebhookSnapshot, state: Replay['state']): Promise<Replay> =>
  waitFor(
    async () => (await replays()).find((replay) => replay.id === replayIdOf(snapshot) && replay.state === state),
    {
      what: `the replay to be ${state}`,
    },
  );
/** Resolves when the replica has handled every snapshot so far: it has added the replay of the webhook that it read last. */
async function untilLookedAt(directory: WebhookDirectory): Promise<void> {
  const last = enabled(SETTLE_MS + 1_000, { id: newId() });
  directory.put(last);
  await waitFor(() => services[0]!.replays.find(replayIdOf(last), OPERATOR).catch(() => false), {
    what: 'the last one',
  });
}
const arrived = (): string[] => receiver.requests.map(({ headers }) => headers['webhook-id'] ?? '').toSorted();

test('messages that came while the webhook was disabled arrive once each, though three replicas read of the replay', async () => {
  const missed = messages(30);
  await publishMessages(missed);
  const snapshot = enabled(0);
  // Dispatch has read of it before the replay begins.
  fixture.directory.put(snapshot);
  const replicas = [startReplica(), startReplica(), startReplica()];
  for (const directory of replicas) directory.put(snapshot);
  expect(await untilReplay(snapshot, 'completed')).toMatchObject({
    status: 'missed',
    total: 30,
    requested: 30,
    createdBy: 'key-1',
  });
  await waitFor(() => receiver.requests.length >= 30, { what: 'the missed ones' });
  // A replica that starts later, and each later snapshot of the webhook, read of the same replay.
  const late = startReplica();
  late.put(snapshot);
  await untilLookedAt(late);
  late.put({ ...snapshot, version: 4 });
  await untilLookedAt(late);
  expect(await replays()).toHaveLength(1);
  expect(arrived()).toEqual(missed.map(eventIdOf).toSorted());
});

test('messages that came while the webhook was disabled arrive, even if the clock of ingestion was wrong, and none from before the webhook', async () => {
  const snapshot = enabled(SETTLE_MS);
  const { since: disabledAt = '', until: enabledAt = '' } = snapshot.replayMissed ?? {};
  const registeredAt = Date.parse(disabledAt) - 30_000;
  const stampedAt = (ms: number) => () => new Date(ms);
  const [before, behind, ahead] = [messages(3), messages(4), messages(5)];
  await publishMessages(before, stampedAt(registeredAt - 1));
  await publishMessages(behind, stampedAt(Date.parse(disabledAt) - 20_000));
  await publishMessages(ahead, stampedAt(Date.parse(enabledAt) + 20_000));
  const replayMissed = { ...snapshot.replayMissed!, registeredAt: new Date(registeredAt).toISOString() };
  fixture.directory.put(snapshot);
  startReplica().put({ ...snapshot, replayMissed });
  expect(await untilReplay(snapshot, 'completed')).toMatchObject({ total: 9, requested: 9 });
  await waitFor(() => receiver.requests.length >= 9, { what: 'the missed ones' });
  expect(arrived()).toEqual([...behind, ...ahead].map(eventIdOf).toSorted());
});

test('a replay that was cancelled is not made again', async () => {
  const snapshot = enabled(0);
  startReplica().put(snapshot);
  await untilReplay(snapshot, 'running');
  await services[0]!.replays.cancel(replayIdOf(snapshot), OPERATOR);
  const directory = startReplica();
  directory.put(snapshot);
  await untilLookedAt(directory);
  expect(await replays()).toMatchObject([{ id: replayIdOf(snapshot), state: 'cancelled' }]);
});

test('the replay waits for another replay of its webhook', async () => {
  // The first one begins later than the test ends.
  const first = enabled(-3_600_000);
  const directory = startReplica();
  directory.put(first);
  await untilReplay(first, 'running');
  const second = enabled(SETTLE_MS + 1_000, { version: 4 });
  directory.put(second);
  await untilLookedAt(directory);
  expect(await replays()).toHaveLength(1);
  await services[0]!.replays.cancel(replayIdOf(first), OPERATOR);
  await untilReplay(second, 'completed');
});

test("if the webhook was disabled again before the replay's end, the next replay begins where that one began", async () => {
  const first = enabled(SETTLE_MS + 30_000);
  const directory = startReplica();
  directory.put({ ...first, isActive: false, version: 4 });
  const failed = await untilReplay(first, 'failed');
  expect(failed.reason).toBe('webhook_disabled');
  const second = enabled(SETTLE_MS + 1_000, { version: 5 });
  directory.put(second);
  expect((await untilReplay(second, 'completed')).since).toEqual(failed.since);
  const third = enabled(SETTLE_MS, { version: 6 });
  directory.put(third);
  expect((await untilReplay(third, 'completed')).since.getTime()).toBeGreaterThan(failed.since.getTime());
});

test('a replica that has not read yet that the webhook was enabled ends neither the replay nor its deliveries', async () => {
  const missed = messages(5);
  await publishMessages(missed);
  const snapshot = enabled(0);
  const ofDispatch = fixture.directory;
  const behind = startReplica();
  behind.put({ ...webhook, version: 2 });
  // It adds the replay, and leaves carrying it out to the one behind.
  startReplica((service) => service.requested.start()).put(snapshot);
  await untilReplay(snapshot, 'running');
  const isLeased = async (): Promise<boolean> =>
    (await fixture.orm.em.fork().execute('select from replays where leased_by is not null')).length === 1;
  await waitFor(isLeased, { what: 'the replica behind to try' });
  await waitFor(async () => !(await isLeased()), { what: 'the replica behind to give the replay back' });
  expect(await untilReplay(snapshot, 'running')).toMatchObject({ total: null, requested: 0 });

  behind.put(snapshot);
  await waitFor(() => requested > 0, { what: 'the first requests' });
  expect(receiver.requests).toHaveLength(0);
  ofDispatch.put(snapshot);
  await untilReplay(snapshot, 'completed');
  await waitFor(() => receiver.requests.length >= 5, { what: 'the missed ones' });
  expect(arrived()).toEqual(missed.map(eventIdOf).toSorted());
});
