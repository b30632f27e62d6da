import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Gate, RecordingReceiver, waitFor } from '@signet/testing';
import { Client } from 'pg';
import { Api } from './support/api.ts';
import { postOf, recordedAttempts } from './support/installation/deliveries-made.ts';
import { NAMING_SENDERS, Replica } from './support/installation/replica.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';
import { SteadyLoad } from './support/load/steady-load.ts';
import { ownersNow, recordTakings, takings } from './support/installation/partition-owners.ts';
import type { Taking } from './support/installation/partition-owners.ts';

const SETTINGS = {
  SIGNET_SEALING_KEYS: `e2e:${randomBytes(32).toString('base64')}`,
  SIGNET_OPERATOR_KEY: `operator-${randomBytes(24).toString('hex')}`,
  NODE_OPTIONS: NAMING_SENDERS,
};
const PATHS = Array.from({ length: 20 }, (_, index) => (index === 0 ? '/slow' : `/plain-${index}`));
/** Kafka removes a group member that has not joined again after this time (libs/kafka/src/consuming/batch-server.ts). */
const REBALANCE_MS = 10_000;

let signet: Signet;
let local: LocalFile;
let tenant: Api;
let database: Client;
let receiver: RecordingReceiver;
let load: SteadyLoad;
/** The proxy between the second replica and PostgreSQL. */
let gate: Gate;
const replicas: Replica[] = [];
const webhookIds = new Map<string, string>();

beforeAll(async () => {
  receiver = await RecordingReceiver.start({ respond: ({ path }) => (path === '/slow' ? { delayMs: 700 } : {}) });
  signet = await Signet.start(SETTINGS);
  local = await signet.local();
  tenant = Api.tenant(local);
  database = new Client({ connectionString: local.databaseUrl });
  await database.connect();
  await recordTakings(database);
  gate = await Gate.to(local.databaseUrl);
  for (const path of PATHS) webhookIds.set(path, (await tenant.register(receiver.url + path, { name: path })).id);
  await waitFor(
    async () => {
      await Api.producer(local).publish(local.tenantId, `routable-${Date.now()}`);
      return new Set(receiver.requests.map(({ path }) => path)).size === PATHS.length;
    },
    { what: 'every webhook to be routable' },
  );
  load = new SteadyLoad(Api.producer(local), local.tenantId);
}, 180_000);
afterAll(async () => {
  await load?.stop();
  gate?.thaw();
  await Promise.all(replicas.map((replica) => replica.stop()));
  await gate?.close();
  await database?.end();
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
}, 90_000);

async function addReplica(databaseUrl: string): Promise<Replica> {
  const replica = await Replica.start(signet, 'delivery', { ...SETTINGS, SIGNET_DATABASE_URL: databaseUrl });
  replicas.push(replica);
  return replica;
}

/** Waits until each of these processes has taken a partition in the last assignment, and has delivered something since. */
async function untilServedBy(...pids: readonly number[]): Promise<void> {
  await waitFor(
    async () => {
      const owners = new Set(ownersNow(await takings(database)).values());
      return pids.every((pid) => owners.has(pid));
    },
    { what: `partitions to be owned by ${pids.join(', ')}` },
  );
  const since = receiver.requests.length;
  await waitFor(
    () => {
      const senders = new Set(receiver.requests.slice(since).map((request) => postOf(request).pid));
      return pids.every((pid) => senders.has(pid));
    },
    { what: `deliveries by ${pids.join(', ')}` },
  );
}

async function untilNothingIsLeft(): Promise<void> {
  await waitFor(
    () => {
      const arrived = new Set(receiver.requests.map(postOf).map(({ path, saleId }) => `${path} ${saleId}`));
      return PATHS.every((path) => load.accepted.every(({ id }) => arrived.has(`${path} ${id}`)));
    },
    { what: 'every message to arrive' },
  );
  const left = 'select count(*)::int as left from delivery.due_deliveries';
  await waitFor(async () => (await database.query<{ left: number }>(left)).rows[0]?.left === 0, {
    what: 'every delivery to end',
  });
}

/**
 * When the replica gave its partitions up without PostgreSQL, and when it was a member again, both after `since`; milliseconds since
 * the epoch. Where no attempt was on the wire there was nothing to hold: the replica logs no giving up, and both times are the same.
 */
async function stepsOf({ pid }: Replica, since: number): Promise<readonly [number, number] | undefined> {
  const text = await readFile(join(signet.dataDir, `delivery-${pid}.log`), 'utf8');
  // Node.js prints warnings between the lines of the log.
  const lines = text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
  const logged = lines
    .map((line) => JSON.parse(line) as { time: string | number; msg: string })
    .map(({ time, msg }) => ({ at: new Date(time).getTime(), msg }))
    .filter(({ at }) => at >= since);
  const joined = logged.find(({ msg }) => msg === 'joined the group');
  if (joined === undefined) return undefined;
  const gaveUp = logged.find(({ msg }) => msg.startsWith('partitions are given up without PostgreSQL'));
  return [gaveUp?.at ?? joined.at, joined.at];
}

const ownerAt = (history: readonly Taking[], partition: number, time: number): Taking | undefined =>
  history.filter((taking) => taking.partition === partition && taking.at <= time).at(-1);

test('a replica joins while another one has no PostgreSQL: the group goes on in time, and the ledger is complete', async () => {
  const { pid: first } = local.services.delivery;
  const second = await addReplica(gate.url);
  await untilServedBy(first, second.pid);

  const frozenAt = Date.now();
  gate.freeze();
  const third = await addReplica(local.databaseUrl);
  await untilServedBy(first, third.pid);
  const [gaveUp, joined] = await waitFor(() => stepsOf(second, frozenAt), { what: 'the second to have joined again' });
  expect(joined - gaveUp).toBeLessThan(REBALANCE_MS);

  gate.thaw();
  await untilServedBy(first, second.pid, third.pid);
  await load.stop();
  await untilNothingIsLeft();

  const { rows } = await database.query<{ status: string }>('select distinct status from delivery.deliveries');
  expect(rows).toEqual([{ status: 'SUCCESS' }]);
  // No replica started a POST while another replica owned the partition.
  const attempts = await recordedAttempts(database, [...webhookIds.values()]);
  const history = await takings(database);
  const partitions = new Map(attempts.map(({ webhookId, partition }) => [webhookId, partition]));
  const strays = receiver.requests.map(postOf).filter(({ path, begunAt, pid }) => {
    const owner = ownerAt(history, partitions.get(webhookIds.get(path) ?? '') ?? -1, begunAt);
    return owner !== undefined && owner.pid !== pid;
  });
  expect(strays).toEqual([]);
  // An attempt is in the ledger once, even if it was sent more than once.
  const keys = attempts.map(({ deliveryId, attempt }) => `${deliveryId}/${attempt}`);
  expect(new Set(keys).size).toBe(keys.length);
}, 240_000);
