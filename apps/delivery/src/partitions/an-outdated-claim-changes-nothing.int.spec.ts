import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, systemClock } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import { AskedProbes } from '../circuit/asked-probes.ts';
import { CircuitRecords } from '../circuit/circuit.records.ts';
import { CircuitReader } from '../circuit/http/circuit.reader.ts';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import { appendToDeliveries, insertDeliveries } from '../delivery/storage/delivery.log.ts';
import type { Due, Held, LogAppend, RequestOrder } from '../delivery/storage/delivery.log.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { PlatformFaultReader } from '../platform-fault/storage/platform-fault.reader.ts';
import { PlatformFaultRecords } from '../platform-fault/storage/platform-fault.records.ts';
import { DeliveryTask } from '../scheduler/delivery-task.ts';
import { Shelf } from '../shelf/shelf.ts';
import { deliveredRow, StoredDeliveries } from '../testing/stored-deliveries.ts';
import { DueDeliveries } from '../work-queue/due-deliveries.ts';
import { Leases } from '../work-queue/leases.ts';
import { HandOver } from './hand-over.ts';
import { Ownership } from './ownership.ts';
import type { PartitionClaim } from './ownership.ts';

const HOUR = 3_600_000;
const later = (ms: number): Date => new Date(Date.now() + ms);
const fail = (error: unknown): never => {
  throw error;
};

/** One delivery of a webhook of its own, stored under a claim that holds at that time. */
interface Stored {
  readonly claim: PartitionClaim;
  readonly row: DeliveryRow;
  readonly task: DeliveryTask;
}

interface Write {
  readonly what: string;
  /** When the delivery is due before the write; an hour ago unless the row says so. */
  readonly due?: Due | Held;
  readonly order?: RequestOrder;
  /** More that the write needs, in SQL. */
  readonly before?: (stored: Stored) => string;
  readonly write: (all: readonly Stored[]) => Promise<unknown>;
  /** Each row of a batch has a claim of its own. */
  readonly isOfRows?: true;
}

let fixture: StoredDeliveries;
let due: DueDeliveries;
let leases: Leases;
let handOver: HandOver;
let partitions = 0;

const claims = (all: readonly Stored[]): PartitionClaim[] => all.map(({ claim }) => claim);
const tasks = (all: readonly Stored[]): DeliveryTask[] => all.map(({ task }) => task);
const execute = <T>(statement: string): Promise<T> => fixture.orm.em.fork().execute(statement) as Promise<T>;

const appendOf = (claim: PartitionClaim, row: DeliveryRow, version: number, wanted?: Due | Held): LogAppend => ({
  row,
  version,
  claim,
  events: [{ type: 'DeliveryRequested', data: {} } as DeliveryEvent],
  body: Buffer.from('{}'),
  due: wanted ?? later(-HOUR),
  order: null,
});

const rowOf = (claim: PartitionClaim): DeliveryRow =>
  deliveredRow({ createdAt: later(-HOUR).toISOString(), partition: claim.partition, status: 'RETRYING' });

const circuitRow = (epoch: string) => (stored: Stored) =>
  `insert into circuits (webhook_id, tenant_id, partition, epoch, openings, opened_at, probe_at, probe_asked_at)
   values ('${stored.row.webhookId}', 'tenant-1', ${stored.claim.partition}, ${epoch}, 1, now(), now(), now())`;

/** Notes that the webhook's circuit has opened, or closed. */
async function noteCircuits(all: readonly Stored[], isOpen: boolean): Promise<void> {
  for (const { claim, row } of all) {
    const { partition } = claim;
    const open = { openedAt: Date.now(), probeAt: Date.now() + HOUR };
    const circuit = { webhookId: row.webhookId, partition, failures: { count: 5, lastEndedAt: Date.now() } };
    const records = new CircuitRecords({
      database: fixture.database,
      read: () => (isOpen ? { ...circuit, activeSince: null, openings: 1, open } : null),
      tenantOf: () => 'tenant-1',
      claim: () => claim,
      onError: fail,
    });
    await records.adopt([claim]);
    records.note(row.webhookId, partition);
    await records.stop();
  }
}

async function lookForAskedProbes(all: readonly Stored[]): Promise<void> {
  let rounds = 0;
  const probes = new AskedProbes({
    database: fixture.database,
    claims: () => {
      rounds += 1;
      return claims(all);
    },
    isAnyOpen: () => true,
    probe: () => undefined,
    onError: fail,
  });
  probes.start();
  await waitFor(() => rounds > 1, { what: 'the first round to have ended' });
  await probes.stop();
}

/** A fault begins and ends. At only one of the two times the replica has the claims, so only that one is written. */
async function platformFault(all: readonly Stored[], claimsAt: 'beginning' | 'end'): Promise<void> {
  const answers = claimsAt === 'beginning' ? [claims(all), []] : [[], claims(all)];
  const records = new PlatformFaultRecords({
    database: fixture.database,
    clock: systemClock,
    claims: () => answers.shift() ?? [],
    onError: fail,
  });
  records.began('most_hosts');
  await records.stop();
}

const WRITES: readonly Write[] = [
  {
    what: 'the recorder stores a new delivery',
    write: (all) =>
      insertDeliveries(
        fixture.database,
        all.map(({ claim, row }) => appendOf(claim, { ...row, id: newId() }, 1)),
      ),
    isOfRows: true,
  },
  {
    what: 'the recorder appends to a stored delivery',
    write: (all) =>
      appendToDeliveries(
        fixture.database,
        all.map(({ claim, row }) => appendOf(claim, row, 2)),
      ),
    isOfRows: true,
  },
  {
    what: 'the due loop leases what is due',
    write: (all) => leases.leaseDue(claims(all), 10),
  },
  {
    what: 'the due loop parks what is due',
    write: (all) =>
      leases.parkDue(
        claims(all),
        all.map(({ row }) => row.webhookId),
        10,
      ),
  },
  {
    what: 'a queue with room leases what is parked',
    due: 'parked',
    write: (all) =>
      leases.leaseParked(
        claims(all),
        all.map(({ row }) => ({ webhookId: row.webhookId, limit: 10 })),
      ),
  },
  {
    what: 'a queue with room leases the next of each subject',
    due: 'parked',
    order: { subject: 'till-1', offset: 1n },
    write: (all) => Promise.all(all.map(({ claim, row }) => leases.leaseInOrder([claim], row.webhookId, 10))),
  },
  {
    what: 'deliveries of a webhook that takes none any more are leased to be ended',
    write: (all) =>
      Promise.all(
        all.map(({ claim, row }) =>
          leases.leaseOfWebhook([claim], row.webhookId, '00000000-0000-0000-0000-000000000000', 10),
        ),
      ),
  },
  { what: 'a task is parked', write: (all) => due.reschedule(tasks(all), 'parked'), isOfRows: true },
  {
    what: 'a delivery is given back, because its webhook was enabled meanwhile',
    due: later(HOUR),
    write: (all) => leases.giveBack(tasks(all)),
    isOfRows: true,
  },
  {
    what: 'a probe brings a delivery forward',
    due: later(HOUR),
    write: (all) => Promise.all(all.map(({ claim, row }) => due.bringForward([claim], row.webhookId, later(0)))),
  },
  {
    what: 'leases of earlier owners are ended',
    due: later(HOUR),
    write: (all) => handOver.takeOver(claims(all), later(0), later(2 * HOUR)),
  },
  {
    what: 'a delivery on the wire is held',
    write: (all) =>
      handOver.hold(
        tasks(all),
        all.map(() => later(HOUR)),
      ),
    isOfRows: true,
  },
  { what: 'a task is handed back', write: (all) => handOver.handBack(tasks(all), later(0)), isOfRows: true },
  {
    what: 'a delivery is held no longer',
    due: { heldUntil: later(HOUR) },
    write: (all) => handOver.holdNoLonger(claims(all)),
  },
  {
    what: 'requests are shelved',
    write: (all) =>
      new Shelf(fixture.database).put(all.map(({ claim, row }) => ({ claim, webhookId: row.webhookId, records: [] }))),
    isOfRows: true,
  },
  {
    what: 'circuits of earlier owners are adopted',
    before: circuitRow('0'),
    write: (all) =>
      new CircuitRecords({
        database: fixture.database,
        read: () => null,
        tenantOf: () => undefined,
        claim: () => undefined,
        onError: fail,
      }).adopt(claims(all)),
  },
  { what: 'a circuit that has opened is stored', write: (all) => noteCircuits(all, true) },
  {
    what: 'a circuit that has closed is removed',
    before: circuitRow('7'),
    write: (all) => noteCircuits(all, false),
  },
  { what: 'a probe that a person asked for is begun', before: circuitRow('7'), write: lookForAskedProbes },
  { what: 'a fault of the platform is stored', write: (all) => platformFault(all, 'beginning') },
  {
    what: 'a fault of the platform is removed',
    before: ({ claim: { partition, epoch } }) =>
      `insert into platform_faults values (${partition}, ${epoch}, 'most_hosts', now(), now() + interval '1 hour')
       on conflict do nothing`,
    write: (all) => platformFault(all, 'end'),
  },
];

beforeAll(async () => {
  fixture = await StoredDeliveries.create();
  due = new DueDeliveries(fixture.database);
  leases = new Leases(fixture.database, systemClock, HOUR);
  handOver = new HandOver(fixture.database);
  // Makes the day's partition.
  await fixture.add([deliveredRow({ createdAt: later(-HOUR).toISOString(), partition: 1_000 })]);
});
afterAll(() => fixture?.close());

async function take(replica: string, partition: number): Promise<PartitionClaim> {
  const ownership = new Ownership(fixture.database, systemClock, replica);
  await ownership.take([partition]);
  const claim = ownership.claim(partition)!;
  claim.readTo = 100n;
  return claim;
}

async function store(claim: PartitionClaim, { due: wanted, order, before }: Write): Promise<Stored> {
  const row = rowOf(claim);
  await insertDeliveries(fixture.database, [{ ...appendOf(claim, row, 1, wanted), order: order ?? null }]);
  const stored = { claim, row, task: DeliveryTask.stored(row, 1, Buffer.from('{}'), claim, undefined, order) };
  if (before) await execute(before(stored));
  return stored;
}

/** Every row of every table that replicas write under a claim, with the transaction that wrote it. */
async function contents(): Promise<string[]> {
  const tables = ['deliveries', 'delivery_log', 'due_deliveries', 'circuits', 'platform_faults', 'shelved_requests'];
  const rows = tables.map((table) => `select '${table} ' || t.xmin || to_jsonb(t) as line from ${table} t`);
  return (await execute<{ line: string }[]>(rows.join(' union all '))).map(({ line }) => line).toSorted();
}

test.each(WRITES.map((write) => [write.what, write] as const))(
  'under a claim that no longer holds nothing is changed when %s; under the present claim it is',
  async (_what, write) => {
    const partition = ++partitions;
    const outdated = await store(await take('one', partition), write);
    const present = await take('the next', partition);
    const before = await contents();
    await write.write([outdated]);
    expect(await contents()).toEqual(before);

    const own = await store(present, write);
    const between = await contents();
    await write.write([own]);
    expect(await contents()).not.toEqual(between);
  },
);

test.each(
  WRITES.filter(({ isOfRows }) => isOfRows).flatMap((write) =>
    (['last', 'first'] as const).map((place) => [write.what, place, write] as const),
  ),
)(
  'in one batch with a claim that holds, the row of an outdated one is not changed when %s: it comes %s',
  async (_what, place, write) => {
    const partition = ++partitions;
    const outdated = await store(await take('one', partition), write);
    const own = await store(await take('the next', partition), write);
    const linesOf = async ({ row }: Stored): Promise<string[]> =>
      (await contents()).filter((line) => line.includes(row.webhookId) || line.includes(row.id));
    const [ofOutdated, ofOwn] = [await linesOf(outdated), await linesOf(own)];
    await write.write(place === 'last' ? [own, outdated] : [outdated, own]);
    expect(await linesOf(outdated)).toEqual(ofOutdated);
    expect(await linesOf(own)).not.toEqual(ofOwn);
  },
);

test('an owner that reads a delivery after a refused write learns that its claim no longer holds', async () => {
  const partition = ++partitions;
  const write = WRITES[0]!;
  const outdated = await store(await take('one', partition), write);
  const own = await store(await take('the next', partition), write);
  expect(await due.read(outdated.task)).toMatchObject({ isOwned: false, isHeld: false });
  expect(await due.read(own.task)).toMatchObject({ isOwned: true, isHeld: false });
});

test('circuits and faults that an earlier owner has stored are not shown', async () => {
  const partition = ++partitions;
  const stored = await store(await take('one', partition), WRITES[0]!);
  await noteCircuits([stored], true);
  await platformFault([stored], 'beginning');
  const circuits = new CircuitReader(fixture.database);
  const faults = new PlatformFaultReader(fixture.database);
  const { webhookId } = stored.row;
  const isShown = async (): Promise<boolean[]> => [
    (await circuits.find(webhookId)) !== null,
    (await circuits.list(null, null, 100)).some((circuit) => circuit.webhookId === webhookId),
    (await circuits.probeTimes([webhookId])).has(webhookId),
    (await faults.heldPartitions(later(0))).has(partition),
  ];
  expect(await isShown()).toEqual([true, true, true, true]);
  await take('the next', partition);
  expect(await isShown()).toEqual([false, false, false, false]);
});
