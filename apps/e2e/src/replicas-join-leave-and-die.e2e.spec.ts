import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceivedRequest, ReceiverAnswer } from '@signet/testing';
import { Client } from 'pg';
import { Api } from './support/api.ts';
import { postOf, recordedAttempts } from './support/installation/deliveries-made.ts';
import type { Post, RecordedAttempt } from './support/installation/deliveries-made.ts';
import { NAMING_SENDERS, Replica } from './support/installation/replica.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';
import { SteadyLoad } from './support/load/steady-load.ts';
import { ownersNow, recordTakings, takings } from './support/installation/partition-owners.ts';
import type { Taking } from './support/installation/partition-owners.ts';

const SETTINGS = {
  SIGNET_SEALING_KEYS: `e2e:${randomBytes(32).toString('base64')}`,
  SIGNET_OPERATOR_KEY: `operator-${randomBytes(24).toString('hex')}`,
  SIGNET_RETRY_SCHEDULE: '1s,1s,1s,1s,1s',
  NODE_OPTIONS: NAMING_SENDERS,
};
const RATE = 15;
const CONCURRENCY = 8;
/** The most rows that the two statements of a recorder can hold. */
const BEING_RECORDED = 2 * 500;

/** The webhooks by path: the fields of each, and the behaviour of its receiver. */
const WEBHOOKS: Readonly<Record<string, { fields?: Record<string, unknown>; answer?: Answer }>> = {
  ...numbered('/plain', 10, {}),
  ...numbered('/in-order', 6, { fields: { ordering: 'subject' } }),
  '/in-order-slow': { fields: { ordering: 'subject' }, answer: () => ({ delayMs: 300 }) },
  '/in-order-failing': { fields: { ordering: 'subject' }, answer: failsAtFirst },
  '/failing': { answer: failsAtFirst },
  '/slow': { answer: () => ({ delayMs: 700 }) },
  '/rated': { fields: { rateLimitPerSecond: RATE } },
};
const IN_ORDER = Object.keys(WEBHOOKS).filter((path) => WEBHOOKS[path]?.fields?.['ordering'] === 'subject');
type Answer = (post: Post, arrivalsBefore: number) => ReceiverAnswer;

let signet: Signet;
let local: LocalFile;
let database: Client;
let receiver: RecordingReceiver;
let load: SteadyLoad;
let frozen: { pid: number; from: number; to: number };
let deaths: { pid: number; at: number }[];
const replicas: Replica[] = [];
const webhookIds = new Map<string, string>();
const answers = new Map<ReceivedRequest, number>();
/** Delivery → how many POSTs of it have arrived. The receiver shares this process: what it does for a POST must not grow with their number. */
const arrivals = new Map<string, number>();
/** The messages that have arrived, as path and id. */
const arrived = new Set<string>();
/** When the last POST of a process arrived: the number of POSTs by then. */
const lastOf = new Map<number, number>();
let posts: Post[];
let attempts: RecordedAttempt[];
let history: Taking[];

beforeAll(async () => {
  receiver = await RecordingReceiver.start({ respond });
  signet = await Signet.start(SETTINGS);
  local = await signet.local();
  database = new Client({ connectionString: local.databaseUrl });
  await database.connect();
  await recordTakings(database);
  await registerAll();
  load = new SteadyLoad(Api.producer(local), local.tenantId);
  // Otherwise the load of a story that failed would fail other suites.
  await story().finally(() => load.stop());
  await untilNothingIsLeft();
  posts = receiver.requests.map(postOf);
  attempts = await recordedAttempts(database, [...webhookIds.values()]);
  history = await takings(database);
}, 300_000);
afterAll(async () => {
  for (const replica of replicas) replica.goOn();
  await Promise.all(replicas.map((replica) => replica.stop()));
  await database?.end();
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
});

async function story(): Promise<void> {
  const { pid: first } = local.services.delivery;
  deaths = [];
  await untilServedBy(first);
  const second = await join();
  await untilServedBy(first, second.pid);
  const third = await join();
  await untilServedBy(first, second.pid, third.pid);

  expect(await second.stop()).toBe(0);
  await untilServedBy(first, third.pid);

  const fourth = await join();
  await untilServedBy(first, third.pid, fourth.pid);
  await third.kill();
  deaths.push({ pid: third.pid, at: Date.now() });
  await untilServedBy(first, fourth.pid);

  const fifth = await join();
  await untilServedBy(first, fourth.pid, fifth.pid);
  const from = Date.now();
  fourth.freeze();
  await untilServedBy(first, fifth.pid);
  fourth.goOn();
  frozen = { pid: fourth.pid, from, to: Date.now() };
  await untilServedBy(first, fourth.pid, fifth.pid);
}

async function join(): Promise<Replica> {
  const replica = await Replica.start(signet, 'delivery', SETTINGS);
  replicas.push(replica);
  return replica;
}

/** Waits until these processes own all partitions, and each has delivered something since. */
async function untilServedBy(...pids: readonly number[]): Promise<void> {
  await waitFor(
    async () => {
      const owners = new Set(ownersNow(await takings(database)).values());
      return owners.size === pids.length && pids.every((pid) => owners.has(pid));
    },
    { what: `the partitions to be owned by ${pids.join(', ')}` },
  );
  const before = receiver.requests.length;
  const silent = (): number[] => pids.filter((pid) => (lastOf.get(pid) ?? 0) <= before);
  await waitFor(() => silent().length === 0, { what: `deliveries by ${pids.join(', ')}` }).catch(
    async (cause: unknown) => {
      const owners = [...ownersNow(await takings(database))].join(' ');
      throw new Error(`${silent().join(', ')} of ${pids.join(', ')} delivered nothing; owners: ${owners}`, { cause });
    },
  );
}

async function untilNothingIsLeft(): Promise<void> {
  await waitFor(
    () => [...webhookIds.keys()].every((path) => load.accepted.every(({ id }) => arrived.has(`${path} ${id}`))),
    { what: 'every message to arrive' },
  );
  await waitFor(
    async () => {
      const { rows } = await database.query<{ left: string }>(
        `select count(*) as left from delivery.due_deliveries where webhook_id = any($1::uuid[])`,
        [[...webhookIds.values()]],
      );
      return rows[0]?.left === '0';
    },
    { what: 'every delivery to end' },
  );
}

async function registerAll(): Promise<void> {
  const tenant = Api.tenant(local);
  for (const [path, { fields = {} }] of Object.entries(WEBHOOKS)) {
    const { id } = await tenant.register(receiver.url + path, { name: path, ...fields });
    webhookIds.set(path, id);
  }
  const producer = Api.producer(local);
  await waitFor(
    async () => {
      await producer.publish(local.tenantId, `routable-${Date.now()}`);
      return new Set(receiver.requests.map(({ path }) => path)).size === webhookIds.size;
    },
    { what: 'every webhook to be routable' },
  );
}

function respond(request: ReceivedRequest): ReceiverAnswer {
  const post = postOf(request);
  const before = arrivals.get(post.deliveryId) ?? 0;
  arrivals.set(post.deliveryId, before + 1);
  arrived.add(`${post.path} ${post.saleId}`);
  lastOf.set(post.pid, receiver.requests.length);
  const answer = WEBHOOKS[post.path]?.answer?.(post, before) ?? {};
  answers.set(request, answer.status ?? 200);
  return answer;
}

/** Fails every fifth message at its first attempt. */
function failsAtFirst({ saleId }: Post, before: number): ReceiverAnswer {
  return Number(saleId.split('-')[1]) % 5 === 0 && before === 0 ? { status: 500 } : {};
}

function numbered<T>(name: string, count: number, what: T): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}-${index + 1}`, what]));
}

/** The owner of a partition at that time: the process that took it last. */
const ownerAt = (partition: number, time: number): Taking | undefined =>
  history.filter((taking) => taking.partition === partition && taking.at <= time).at(-1);

test('every message arrives at every webhook, and every delivery ends well', async () => {
  const { rows } = await database.query<{ status: string; count: string }>(
    `select status, count(*) from delivery.deliveries d
     where webhook_id = any($1::uuid[]) group by status`,
    [[...webhookIds.values()]],
  );
  expect(rows.map(({ status }) => status)).toEqual(['SUCCESS']);
  for (const path of webhookIds.keys()) {
    const arrived = new Set(posts.filter((post) => post.path === path).map(({ saleId }) => saleId));
    expect(load.accepted.filter(({ id }) => !arrived.has(id))).toEqual([]);
  }
});

test('the epochs of a partition only grow, and each has one owner', () => {
  for (const [index, taking] of history.entries()) {
    const before = history[index - 1];
    if (before?.partition === taking.partition) expect(taking.epoch).toBeGreaterThan(before.epoch);
  }
  const owners = new Map(history.map(({ partition, epoch, owner }) => [`${partition}/${epoch}`, owner]));
  for (const { partition, epoch, owner } of attempts) expect(owners.get(`${partition}/${epoch}`)).toBe(owner);
});

test('no attempt starts under a claim that another replica has ended', () => {
  const late = attempts.filter(({ partition, epoch, startedAt }) => ownerAt(partition, startedAt)?.epoch !== epoch);
  expect(late).toEqual([]);
  // The receiver has all POSTs, also those that were never recorded.
  const partitions = new Map(attempts.map(({ webhookId, partition }) => [webhookId, partition]));
  const partitionOf = ({ path }: Post): number => partitions.get(webhookIds.get(path) ?? '') ?? -1;
  const strays = posts.filter((post) => ownerAt(partitionOf(post), post.begunAt)?.pid !== post.pid);
  expect(strays).toEqual([]);
});

test('a replica that stood still for longer than its session starts nothing under its old claims', () => {
  const goesOn = Math.min(...history.filter(({ pid, at }) => pid === frozen.pid && at > frozen.to).map(({ at }) => at));
  expect(goesOn).toBeLessThan(Number.POSITIVE_INFINITY);
  const between = posts.filter(({ pid, begunAt }) => pid === frozen.pid && begunAt > frozen.from && begunAt < goesOn);
  expect(between.filter(({ begunAt }) => begunAt > frozen.to)).toEqual([]);
});

test('only POSTs that were in flight when a replica was killed or stood still are repeated', () => {
  const recorded = new Map<string, number>();
  for (const { deliveryId, attempt, owner } of attempts)
    recorded.set(`${deliveryId}/${attempt}`, Number(owner.split('/').at(-2)));
  // Each recorded attempt is one POST of its owner; all other POSTs were never recorded.
  const unrecorded = posts.filter(({ deliveryId, attempt, pid }) => {
    const key = `${deliveryId}/${attempt}`;
    if (recorded.get(key) !== pid) return true;
    recorded.delete(key);
    return false;
  });
  const victims = new Set([...deaths.map(({ pid }) => pid), frozen.pid]);
  expect(unrecorded.filter(({ pid }) => !victims.has(pid))).toEqual([]);
  for (const pid of victims) {
    const repeats = unrecorded.filter((post) => post.pid === pid);
    const webhooks = new Set(posts.filter((post) => post.pid === pid).map(({ path }) => path)).size;
    expect(repeats.length).toBeLessThanOrEqual(webhooks * CONCURRENCY + BEING_RECORDED);
  }
});

test('the order of each subject holds throughout', () => {
  const subjects = [...new Set(load.accepted.map(({ subject }) => subject))];
  for (const path of IN_ORDER) {
    for (const subject of subjects) {
      const sent = load.accepted.filter((message) => message.subject === subject).map(({ id }) => id);
      const arrivals = receiver.requests.filter((request) => request.path === path);
      const succeeded = arrivals.filter((request) => answers.get(request) === 200).map((one) => postOf(one).saleId);
      const firsts = [...new Set(succeeded)].filter((id) => sent.includes(id));
      expect({ path, subject, firsts }).toEqual({ path, subject, firsts: sent });
    }
  }
});

test('the rate limit holds over every change of owner', () => {
  const rated = webhookIds.get('/rated');
  const starts = attempts.filter(({ webhookId }) => webhookId === rated).map(({ startedAt }) => startedAt);
  starts.sort((a, b) => a - b);
  const most = Math.max(...starts.map((start, index) => starts.slice(index).filter((at) => at < start + 1_000).length));
  expect(most).toBeLessThanOrEqual(RATE);
});
