import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { recordedAttempts } from '../../apps/e2e/src/support/installation/deliveries-made.ts';
import { recordTakings, takings } from '../../apps/e2e/src/support/installation/partition-owners.ts';
import { nowMicros } from '../bench/clock.ts';
import { withDatabaseOf } from '../bench/installation/database.ts';
import { HttpProducer } from '../bench/load/http-producer.ts';
import { addUp, reconcile } from '../bench/measure/ledger.ts';
import type { Ledger } from '../bench/measure/ledger.ts';
import { Outgoing } from '../bench/load/outgoing.ts';
import { fetchSaleMaker } from '../bench/load/sale-example.ts';
import { EVENT_TYPE } from '../bench/load/sale.ts';
import { Signet } from '../bench/installation/signet.ts';
import { Api, untilAccepted } from '../dev/demo/api.ts';
import type { LocalFile } from '../dev/data-folder/local-file.ts';
import { FakedDelivery, faketimeLibrary } from './clock/faked-delivery.ts';
import { retryWaits, strayPosts } from './clock/posts.policy.ts';
import type { Taken } from './clock/posts.policy.ts';
import { PostReceiver } from './clock/receiver.ts';

const RETRY_SECONDS = 3;
/** The earliest retry that is allowed: the steady clock may run 1 % fast while it makes up for a difference, and times are rounded to a millisecond. */
const EARLIEST_MICROS = RETRY_SECONDS * 1e6 * 0.99 - 1_000;
const HOUR_SECONDS = 3_600;
const JUMPS = [HOUR_SECONDS, -HOUR_SECONDS, 0];
const JUMP_EVERY_MS = 4_000;
/** Longer than the session time-out of the consumer group, so that the replica's partitions go to the other replica. */
const FREEZE_MS = 10_000;
const DEFAULT_SECONDS = 90;
/** When nothing has arrived for so long, the missing deliveries count as lost. */
const PATIENCE_MS = 60_000;

interface Traffic {
  readonly name: string;
  readonly paths: readonly string[];
  readonly everyMs: number;
  readonly batch: number;
}
const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}/${index + 1}`);
/** `/flaky` fails twice a delivery: so seldom that no circuit opens. An open circuit would delay retries for a reason that is not tested here. */
const TRAFFIC: readonly Traffic[] = [
  { name: 'load', paths: numbered('/ok', 4), everyMs: 250, batch: 5 },
  { name: 'flaky', paths: numbered('/flaky', 40), everyMs: 8_000, batch: 1 },
];

/** A producer that sends until it is stopped, and where its messages go. */
interface Flow extends Traffic {
  readonly outgoing: Outgoing;
  stop(): Promise<void>;
}

/**
 * Two replicas of delivery under load. The wall clock of one jumps by an hour, ahead and back, every few seconds. Twice this replica
 * is frozen until its partitions are given to the other one, and goes on with its clock set back. No delivery may be retried early,
 * posted by an owner that was replaced, or lost.
 */
async function clock(args: readonly string[], signal: AbortSignal): Promise<number> {
  const seconds = Number(args[0] ?? DEFAULT_SECONDS);
  if (!(seconds >= 30)) throw new Error('npm run faults -- clock [seconds]; at least 30');
  faketimeLibrary();
  const settings = {
    SIGNET_SEALING_KEYS: `faults:${randomBytes(32).toString('base64')}`,
    SIGNET_OPERATOR_KEY: `operator-${randomBytes(24).toString('hex')}`,
    SIGNET_RETRY_SCHEDULE: `${RETRY_SECONDS}s`,
    SIGNET_RETRY_JITTER: '0',
    NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${fileURLToPath(new URL('./clock/name-the-sender.ts', import.meta.url))}`,
  };
  const receiver = new PostReceiver();
  const receiverUrl = await receiver.listen();
  console.error('starting Signet …');
  const signet = await Signet.start(signal, settings);
  let replica: FakedDelivery | undefined;
  try {
    const local = signet.read();
    return await withDatabaseOf(local, async (database) => {
      await recordTakings(database);
      console.error('starting one more delivery, whose wall clock can be set …');
      replica = await FakedDelivery.start(local, signet.localFile, settings);
      await untilItServes(database, replica.pid, signal);
      const webhooks = new Map<string, string>();
      const flows: Flow[] = [];
      for (const traffic of TRAFFIC) flows.push(await begin(traffic, local, receiver, receiverUrl, webhooks));
      console.error(`load for ${seconds} s, while its clock jumps …`);
      const jumped = await jumpAbout(replica, seconds * 1_000, signal);
      await Promise.all(flows.map((flow) => flow.stop()));
      await untilAllCame(flows, receiver, signal);
      return (await report({ database, receiver, replica, flows, webhooks, jumped })) ? 0 : 1;
    });
  } finally {
    await replica?.stop();
    await signet.stop();
    receiver.close();
  }
}

export default clock;

/** Registers the webhooks of a tenant of its own; sends when each has got something. */
async function begin(
  { name, paths, everyMs, batch }: Traffic,
  { url, operatorKey }: LocalFile,
  receiver: PostReceiver,
  receiverUrl: string,
  webhooks: Map<string, string>,
): Promise<Flow> {
  const operator = new Api(url, operatorKey);
  const { id: tenantId } = (await operator.post<{ id: string }>('/v1/tenants', { name: `faults ${name}` })).body;
  const key = async (role: 'tenant' | 'producer'): Promise<string> =>
    (
      await untilAccepted(() =>
        operator.post<{ key: string }>(`/v1/tenants/${tenantId}/api-keys`, { name: role, role }),
      )
    ).body.key;
  const tenant = new Api(url, await key('tenant'));
  for (const path of paths) {
    const body = { name: path, url: receiverUrl + path, events: [EVENT_TYPE] };
    const made = await untilAccepted(() => tenant.post<{ id: string }>('/v1/webhooks', body));
    webhooks.set(path, made.body.id);
  }
  const sales = await fetchSaleMaker(operator);
  const producer = new HttpProducer({ url, connections: 2, tenantId, producerKey: await key('producer') });
  const deadline = performance.now() + PATIENCE_MS;
  const hasCome = (path: string): boolean => receiver.posts.some((post) => post.path === path);
  while (!paths.every(hasCome)) {
    if (performance.now() > deadline) throw new Error(`Nothing came to the webhooks of ${name}.`);
    await producer.send([sales.make()]).catch(() => undefined);
    await delay(2_000);
  }
  const outgoing = new Outgoing();
  const ending = new AbortController();
  const sending = (async () => {
    while (!ending.signal.aborted) {
      await outgoing.send(
        producer,
        Array.from({ length: batch }, () => sales.make()),
      );
      await delay(everyMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  const stop = async (): Promise<void> => {
    ending.abort();
    await sending;
    await producer.close();
  };
  return { name, paths, everyMs, batch, outgoing, stop };
}

async function untilItServes(database: Client, pid: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await takings(database)).some((taking) => taking.pid === pid)) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error('The replica was given no partition.');
    await delay(200);
  }
}

/** The changes of the replica's clock. */
interface Jumped {
  readonly jumps: number;
  readonly freezes: number;
  /** The clock offsets that the replica reported in its metrics, seconds. */
  readonly offsets: readonly number[];
}

async function jumpAbout(replica: FakedDelivery, forMs: number, signal: AbortSignal): Promise<Jumped> {
  const startedAt = performance.now();
  const freezesAt = [forMs / 3, (2 * forMs) / 3];
  const offsets: number[] = [];
  let [jumps, freezes] = [0, 0];
  while (performance.now() - startedAt < forMs) {
    replica.setAhead(JUMPS[jumps++ % JUMPS.length] ?? 0);
    await delay(JUMP_EVERY_MS, undefined, { signal });
    offsets.push(await replica.offsetSeconds());
    if (performance.now() - startedAt < (freezesAt[freezes] ?? Infinity)) continue;
    freezes += 1;
    replica.freeze();
    await delay(FREEZE_MS, undefined, { signal });
    // With its clock set back, a replica that judged by the wall clock would take its last heartbeat for recent.
    replica.setAhead(-HOUR_SECONDS);
    replica.goOn();
    await delay(JUMP_EVERY_MS, undefined, { signal });
  }
  replica.setAhead(0);
  return { jumps, freezes, offsets };
}

const ledgerOf = (flows: readonly Flow[], receiver: PostReceiver): Ledger =>
  addUp(
    flows.map(
      ({ outgoing, paths }) =>
        reconcile(outgoing.messages, paths, new Map(paths.map((path) => [path, receiver.arrivals(path)]))).ledger,
    ),
  );

async function untilAllCame(flows: readonly Flow[], receiver: PostReceiver, signal: AbortSignal): Promise<void> {
  let [before, progressAt] = [-1, performance.now()];
  while (ledgerOf(flows, receiver).missing > 0 && performance.now() - progressAt < PATIENCE_MS) {
    const { length } = receiver.posts;
    if (length !== before) [before, progressAt] = [length, performance.now()];
    await delay(500, undefined, { signal });
  }
}

interface Found {
  readonly database: Client;
  readonly receiver: PostReceiver;
  readonly replica: FakedDelivery;
  readonly flows: readonly Flow[];
  readonly webhooks: ReadonlyMap<string, string>;
  readonly jumped: Jumped;
}

/** Prints the results. Resolves to whether every promise was kept and the jumps took effect: otherwise the run proves nothing. */
async function report({ database, receiver, replica, flows, webhooks, jumped }: Found): Promise<boolean> {
  const { posts } = receiver;
  const history = await takings(database);
  const attempts = await recordedAttempts(database, [...webhooks.values()]);
  const partitions = new Map(attempts.map(({ webhookId, partition }) => [webhookId, partition]));
  const toMicros = nowMicros() - Date.now() * 1_000;
  const taken: Taken[] = history.map(({ partition, pid, at }) => ({ partition, pid, at: at * 1_000 + toMicros }));
  const waits = retryWaits(posts);
  const early = waits.filter((wait) => wait < EARLIEST_MICROS).length;
  const strays = strayPosts(posts, taken, (path) => partitions.get(webhooks.get(path) ?? '')).length;
  const ledger = ledgerOf(flows, receiver);
  const byReplica = posts.filter(({ pid }) => pid === replica.pid).length;
  const [least, most] = [Math.min(...jumped.offsets), Math.max(...jumped.offsets)];
  const seconds = (micros: number): string => (micros / 1e6).toFixed(2);
  console.log(`
${jumped.jumps} jumps of the wall clock of one of two replicas; it saw offsets from ${least.toFixed(0)} s to ${most.toFixed(0)} s
${jumped.freezes} times it was frozen for ${FREEZE_MS / 1_000} s; partitions were taken ${history.length} times
${posts.length} POSTs, ${byReplica} of them by it; ${waits.length} retries after ${seconds(Math.min(...waits))} s to ${seconds(Math.max(...waits))} s (schedule: ${RETRY_SECONDS} s)
early retries = ${early}
POSTs by replaced owners = ${strays}
missing = ${ledger.missing} of ${ledger.expected} (${ledger.repeated} came more than once)
signatures more than 5 minutes off = ${receiver.refusable}`);
  const hasMet = least < -HOUR_SECONDS + 60 && most > HOUR_SECONDS - 60 && byReplica > 0 && waits.length > 0;
  if (!hasMet) console.log('The jumps did not happen while deliveries went on: this run shows nothing.');
  return hasMet && early === 0 && strays === 0 && ledger.missing === 0 && receiver.refusable === 0;
}
