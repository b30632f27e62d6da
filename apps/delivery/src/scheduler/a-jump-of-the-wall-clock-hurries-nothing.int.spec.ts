import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Clock, WebhookSnapshot } from '@signet/contracts';
import { HeartbeatAge } from '@signet/kafka';
import { SteadyClock, timeOfPool } from '@signet/service-kit';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceivedRequest } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { Membership, SESSION_TIMEOUT_MS } from '../partitions/membership.ts';

const HOUR = 3_600_000;
const RETRY_MS = 1_500;
const settings = { policy: { scheduleMs: [RETRY_MS], jitter: 0 }, circuitFailures: 3, maxAttempts: 20 };

/** One machine's clocks: a wall clock that a test sets, and the steady one that asks PostgreSQL. */
class Machine {
  private wallOffsetMs = 0;
  readonly wall: Clock = () => new Date(Date.now() + this.wallOffsetMs);
  readonly steady = new SteadyClock({ wall: this.wall });
  readonly clocks = { clock: this.steady.now, outsideClock: this.steady.outside };

  async jump(ms: number): Promise<void> {
    this.wallOffsetMs += ms;
    await this.hear();
  }

  async hear(): Promise<void> {
    this.steady.heard(await timeOfPool(await fixture.orm.em.getConnection().getNativeClient()));
  }
}

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
/** Path → when its requests arrived, by a clock that is never set. Milliseconds. */
let arrivals: Map<string, number[]>;
let answer: (request: ReceivedRequest, count: number) => number;

beforeEach(async () => {
  arrivals = new Map();
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({
    respond: (request) => {
      const times = arrivals.get(request.path) ?? [];
      arrivals.set(request.path, times);
      return { status: answer(request, times.push(performance.now())) };
    },
  });
});
afterEach(async () => {
  await fixture?.close();
  await receiver?.close();
});

const webhookAt = (path: string, fields: Partial<WebhookSnapshot> = {}): WebhookSnapshot =>
  fixture.webhook(`${receiver.url}${path}`, fields);
const arrivedAt = (path: string): readonly number[] => arrivals.get(path) ?? [];
/** Each attempt comes after the answer to the one before, so the only tolerance needed is a rounded millisecond. */
const intervals = (path: string): number[] =>
  arrivedAt(path)
    .slice(1)
    .map((time, index) => time - arrivedAt(path)[index]!);
const shortest = (path: string): number => Math.min(...intervals(path));

test('retries, probes and a rate limit keep their times while the wall clock jumps by an hour', async () => {
  const machine = new Machine();
  await machine.jump(-HOUR);
  const service = await fixture.serve(settings, machine.clocks);
  answer = ({ path }, count) => (path === '/limited' || (path.startsWith('/retry') && count > 3) ? 200 : 503);
  const retrying = ['/retry-1', '/retry-2'].map((path) => webhookAt(path));
  const down = webhookAt('/down');
  const limited = webhookAt('/limited', { rateLimitPerSecond: 2 });
  const startedAt = performance.now();
  await service.intake.take(requestBatch(limited, ['l-1', 'l-2', 'l-3', 'l-4', 'l-5', 'l-6', 'l-7', 'l-8'], undefined));
  for (const webhook of [...retrying, down]) await service.intake.take(requestBatch(webhook, ['m-1']));

  let jumps = 0;
  const isDone = (): boolean =>
    arrivedAt('/limited').length === 8 &&
    retrying.every((_, index) => arrivedAt(`/retry-${index + 1}`).length === 4) &&
    arrivedAt('/down').length >= 6;
  await waitFor(
    async () => {
      await machine.jump(jumps++ % 2 === 0 ? 2 * HOUR : -2 * HOUR);
      return isDone();
    },
    { what: 'all attempts, while the clock jumps' },
  );

  expect(service.circuits.openCount()).toBe(1);
  for (const path of ['/retry-1', '/retry-2', '/down'])
    expect([path, shortest(path) > RETRY_MS - 1]).toEqual([path, true]);
  arrivedAt('/limited').forEach((time, index) =>
    expect(time - startedAt).toBeGreaterThan(Math.floor(index / 2) * 1_000 - 1),
  );
  const stamps = receiver.requests.map(
    ({ headers, receivedAt }) => receivedAt / 1_000 - Number(headers['webhook-timestamp']),
  );
  // A receiver allows five minutes.
  expect(Math.max(...stamps.map(Math.abs))).toBeLessThan(60);
});

test('a replaced owner whose wall clock was set back posts nothing, and its retries keep their times', async () => {
  const [former, next] = [new Machine(), new Machine()];
  await Promise.all([former.jump(HOUR), next.jump(-HOUR)]);
  answer = () => 503;
  const heartbeat = new HeartbeatAge(undefined, former.wall);
  const membership = new Membership();
  membership.follow(() => heartbeat.ms());
  const beat = (): void => {
    heartbeat.answered('Heartbeat', 0, former.wall().getTime());
    heartbeat.acknowledged('Heartbeat');
  };
  beat();
  const alone = { ...settings, circuitFailures: 1_000 };
  const isMember = (): boolean => membership.isFresh();
  const first = await fixture.serve({ ...alone, userAgent: 'former' }, { ...former.clocks, isMember });
  const paths = ['/a', '/b', '/c', '/d'];
  for (const path of paths) await first.intake.take(requestBatch(webhookAt(path), ['m-1']));
  await waitFor(() => paths.every((path) => arrivedAt(path).length >= 2), { what: 'a retry of each' });
  // From here on the group gets no heartbeat of the replica, which does not notice. That its last heartbeat is recent by the
  // wall clock must not count.
  beat();
  await former.jump(-HOUR);
  const silentSince = performance.now();
  await waitFor(
    async () => {
      await former.jump(-HOUR);
      await former.jump(HOUR);
      return performance.now() - silentSince > SESSION_TIMEOUT_MS;
    },
    { what: 'the end of its session' },
  );

  const takenAt = performance.now();
  const before = receiver.requests.length;
  await fixture.serve({ ...alone, userAgent: 'next' }, next.clocks);
  await waitFor(() => paths.every((path) => arrivedAt(path).filter((time) => time > takenAt).length >= 3), {
    what: 'three retries of each by the new owner',
  });

  const posters = new Set(receiver.requests.slice(before).map(({ headers }) => headers['user-agent']));
  expect(posters).toEqual(new Set(['next']));
  for (const path of paths) expect([path, shortest(path) > RETRY_MS - 1]).toEqual([path, true]);
});
