import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId, systemClock } from '@signet/contracts';
import { pinoLogger } from '@signet/service-kit';
import type { Caller } from '@signet/service-kit';
import { waitFor } from '@signet/testing';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Queries } from '../database/database.port.ts';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { deliveredRow, StoredDeliveries } from '../testing/stored-deliveries.ts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { DeliveryJobService } from './delivery-job.service.ts';
import type { DeliveryJob, JobState } from './delivery-job.ts';
import type { WantedJob } from './delivery-jobs.ts';

const HOUR_MS = 60 * 60 * 1000;
const MANY = 60;
/** One delivery a second, so that a job of `MANY` does not come to its end while a test stops it, on a slow machine either. */
const SLOW = 1;

let stored: StoredDeliveries;
/** New ones for each test, so that the deliveries of other tests are not selected. */
let tenantId: string;
let shop: string;
let books: string;
let directory: WebhookDirectory;
const suspended = new Set<string>();
const services: DeliveryJobService[] = [];

beforeAll(async () => {
  stored = await StoredDeliveries.create();
});
afterAll(() => stored.close());
beforeEach(() => {
  [tenantId, shop, books] = [newId(), newId(), newId()];
  directory = new WebhookDirectory();
  for (const id of [shop, books]) directory.put(snapshotOf({ id, tenantId, version: 7 }));
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});

/** A replica. */
function replica(ratePerSecond = 10_000, countMs = 10_000): DeliveryJobService {
  const whenComplete = () => Promise.resolve();
  const service = new DeliveryJobService(
    {
      database: stored.database,
      clock: systemClock,
      webhooks: { directory, whenComplete },
      tenants: { isSuspended: (id) => suspended.has(id), whenComplete },
      logger: pinoLogger('delivery', 'silent'),
      adding: () => Promise.resolve(),
    },
    { replica: `replica-${newId()}`, ratePerSecond, countMs, pollMs: 20, maxAtOnce: 4 },
  );
  services.push(service);
  return service;
}

const caller = (own: string | null): Caller => ({
  keyId: 'key-1',
  role: own === null ? 'operator' : 'tenant',
  tenantId: own,
  name: 'Test',
  eventTypes: null,
  tenants: null,
});
const wanted = (fields: Partial<WantedJob> = {}): WantedJob => ({
  action: 'retry',
  tenantId: null,
  webhookId: null,
  status: 'FAILED',
  errorClass: null,
  eventType: null,
  since: new Date(Date.now() - 48 * HOUR_MS),
  until: null,
  ...fields,
});

function row(fields: Partial<DeliveryRow> = {}, minutesAgo = 60): DeliveryRow {
  const createdAt = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  return deliveredRow({ createdAt, tenantId, webhookId: shop, ...fields });
}
const failed = (fields: Partial<DeliveryRow> = {}, minutesAgo = 60): DeliveryRow =>
  row({ status: 'FAILED', attemptCount: 5, errorClass: 'timeout', errorMessage: 'Too late.', ...fields }, minutesAgo);
async function add(...rows: DeliveryRow[]): Promise<DeliveryRow[]> {
  await stored.add(rows);
  return rows;
}
const addMany = (): Promise<DeliveryRow[]> =>
  // Three of them together each time, over half a day.
  add(...Array.from({ length: MANY }, (_, n) => failed({}, 10 + 40 * Math.floor(n / 3))));

/** What is stored of a delivery; null: nothing. */
async function storedOf({ id }: DeliveryRow) {
  const { rows } = await sql<{ row: unknown; retries: number; due: string | null; webhook_version: number | null }>`
    select row_to_json(d) as row, q.due_at::text as due, q.webhook_version,
      (select count(*)::int from delivery_log l where l.delivery_id = d.id) as retries
    from deliveries d left join due_deliveries q on q.delivery_id = d.id where d.id = ${id}::uuid`.execute(
    stored.database.query,
  );
  return rows[0] ?? null;
}
interface OpenTransaction {
  run(statement: RawBuilder<unknown>): Promise<unknown>;
  release(): Promise<void>;
}
/** A transaction that has run the statement, and holds its locks until it is released. */
async function lock(statement: RawBuilder<unknown>): Promise<OpenTransaction> {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let transaction = Promise.resolve();
  const open = await new Promise<Queries>((resolve, reject) => {
    transaction = stored.database.transaction(async (queries) => {
      await statement.execute(queries.query);
      resolve(queries);
      await ended;
    });
    transaction.catch(reject);
  });
  return {
    run: (more) => more.execute(open.query),
    release: async () => {
      end();
      await transaction;
    },
  };
}
const LOCK_ALL = sql`lock table deliveries in access exclusive mode`;
/** How many sessions wait for a lock with such a statement. */
async function waitingFor(statement: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like ${`%${statement}%`}`.execute(
    stored.database.query,
  );
  return rows[0]!.count;
}

const retriesOf = async (rows: readonly DeliveryRow[]): Promise<(number | undefined)[]> =>
  (await Promise.all(rows.map(storedOf))).map((of) => of?.retries);
const jobOf = (id: string): Promise<DeliveryJob> => services[0]!.jobs.find(id, caller(null));
const until = (id: string, what: string, is: (job: DeliveryJob) => boolean): Promise<DeliveryJob> =>
  waitFor(
    async () => {
      const job = await jobOf(id);
      return is(job) && job;
    },
    { what },
  );
const untilState = (id: string, state: JobState) => until(id, `the job to be ${state}`, (job) => job.state === state);

test('a retry of many makes each due once more, like any other delivery, and refuses those of a disabled webhook', async () => {
  const [meant, other] = await add(failed({ endReason: 'disabled' }), failed());
  const [ofDisabled] = await add(failed({ webhookId: books }));
  const [delivered, strange] = await add(row(), failed({ tenantId: newId() }));
  directory.put(snapshotOf({ id: books, tenantId, isActive: false, version: 8 }));
  const service = replica();
  service.start();
  const { id } = await service.jobs.create(wanted(), caller(tenantId));
  expect(await untilState(id, 'completed')).toMatchObject({ tenantId, total: 3, done: 2, refused: 1 });
  for (const delivery of [meant!, other!]) {
    expect(await storedOf(delivery)).toMatchObject({
      row: { status: 'RETRYING', max_attempts: 6, is_retry_asked: false, end_reason: null, error_class: 'timeout' },
      // A time: it is not sent before others, nor beside an open circuit.
      due: expect.stringMatching(/^20/),
      webhook_version: 7,
      retries: 1,
    });
  }
  const { rows } = await sql<{ events: unknown }>`
    select events from delivery_log where delivery_id = ${meant!.id}::uuid`.execute(stored.database.query);
  expect(rows[0]?.events).toMatchObject([
    { type: 'DeliveryRetryRequested', data: { requestedBy: 'key-1', jobId: id } },
  ]);
  for (const untouched of [ofDisabled!, delivered!, strange!])
    expect(await storedOf(untouched)).toMatchObject({ row: { status: untouched.status }, due: null, retries: 0 });
});

test('a deletion removes each delivery with its log and from the work queue', async () => {
  const waiting = await add(row({ status: 'RETRYING', nextRetryAt: new Date().toISOString() }));
  const ended = await add(failed());
  const service = replica();
  service.start();
  const { id } = await service.jobs.create(wanted({ action: 'delete', status: 'RETRYING' }), caller(tenantId));
  expect(await untilState(id, 'completed')).toMatchObject({ total: 1, done: 1, refused: 0 });
  expect(await storedOf(waiting[0]!)).toBeNull();
  const { rows } = await sql`select from due_deliveries where delivery_id = ${waiting[0]!.id}::uuid`.execute(
    stored.database.query,
  );
  expect(rows).toEqual([]);
  expect(await storedOf(ended[0]!)).not.toBeNull();
});

describe('a preview counts what is selected, and changes nothing', () => {
  beforeEach(async () => {
    await add(failed(), failed({ errorClass: 'tls' }), failed({ webhookId: books, eventType: 'sale.updated' }));
    await add(row(), failed({}, 300), failed({ tenantId: 'another', webhookId: newId() }));
  });

  test.each([
    ['everything', {}, 4],
    ['a webhook', { webhookId: 'books' }, 1],
    ['a class of error', { errorClass: 'tls' }, 1],
    ['an event type', { eventType: 'sale.updated' }, 1],
    ['an event type of another webhook', { eventType: 'sale.updated', webhookId: 'shop' }, 0],
    ['another status', { action: 'delete', status: 'SUCCESS' }, 1],
    ['the last hours', { since: new Date(Date.now() - 2 * HOUR_MS) }, 3],
    ['what is older', { until: new Date(Date.now() - 2 * HOUR_MS) }, 1],
  ] as const)('by %s', async (_, { webhookId, ...filter }: { webhookId?: string } & Partial<WantedJob>, count) => {
    const id = webhookId === 'books' ? books : webhookId === 'shop' ? shop : null;
    const { jobs } = replica();
    const asked = wanted({ ...filter, webhookId: id });
    expect(await jobs.preview(asked, caller(tenantId))).toMatchObject({ tenantId, count, isExact: true });
    expect(await jobs.preview({ ...asked, tenantId }, caller(null))).toMatchObject({ count });
    expect(await jobs.list({ tenantId }, null, 10)).toEqual([]);
  });
});

test('previews leave connections to others, however many are asked for', async () => {
  await add(failed());
  const { jobs } = replica();
  const locked = await lock(LOCK_ALL);
  // More than there are connections.
  const previews = Array.from({ length: 10 }, () => jobs.preview(wanted(), caller(tenantId)));
  await waitFor(async () => (await waitingFor('select count(*) as count')) === 2, {
    what: 'two previews to be counted',
  });
  expect(await jobs.list({ tenantId }, null, 10)).toEqual([]);
  expect(await waitingFor('select count(*) as count')).toBe(2);
  await locked.release();
  expect(await Promise.all(previews)).toEqual(previews.map(() => expect.objectContaining({ count: 1 })));
});

test('a job whose deliveries cannot be counted in time is carried out without a total', async () => {
  await add(failed(), failed());
  const service = replica(10_000, 100);
  const { id } = await service.jobs.create(wanted(), caller(tenantId));
  const locked = await lock(LOCK_ALL);
  service.start();
  const page = 'order by d.created_at, d.id limit';
  await waitFor(async () => (await waitingFor(page)) === 1, { what: 'the job to begin its first step' });
  await locked.release();
  expect(await untilState(id, 'completed')).toMatchObject({ total: null, done: 2, refused: 0 });
});

test.each(['retry', 'delete'] as const)(
  'a job to %s and a transaction that changes the same deliveries in another order do not deadlock',
  async (action) => {
    const rows = await add(failed({}, 60), failed({}, 50));
    const [older, newer] = rows.map(({ id }) => sql`select from deliveries where id = ${id}::uuid for update`);
    const other = await lock(newer!);
    const service = replica();
    service.start();
    const { id } = await service.jobs.create(wanted({ action }), caller(tenantId));
    await waitFor(async () => (await waitingFor(' deliveries d ')) === 1, {
      what: 'the job to wait for the newer one',
    });
    await other.run(older!);
    await other.release();
    expect(await untilState(id, 'completed')).toMatchObject({ total: 2, done: 2, refused: 0 });
  },
);

test('after a restart in the middle, another replica goes on, and each delivery is retried once', async () => {
  const rows = await addMany();
  const first = replica(SLOW);
  first.start();
  const { id } = await first.jobs.create(wanted(), caller(tenantId));
  const begun = await until(id, 'the job to have begun', ({ done }) => done > 0);
  expect(begun).toMatchObject({ state: 'running', total: MANY });
  await first.stop();
  const { done } = await jobOf(id);
  expect(done).toBeLessThan(MANY);
  replica().start();
  expect(await untilState(id, 'completed')).toMatchObject({ total: MANY, done: MANY, refused: 0 });
  expect(await retriesOf(rows)).toEqual(rows.map(() => 1));
});

test('when another replica has taken a job over, the one before it changes nothing more', async () => {
  const rows = await addMany();
  const first = replica(SLOW);
  first.start();
  const { id } = await first.jobs.create(wanted(), caller(tenantId));
  await until(id, 'the job to have begun', ({ done }) => done > 0);
  // As if the first replica had been silent for longer than its lease.
  await sql`update delivery_jobs set leased_until = now() - interval '1 second' where id = ${id}::uuid`.execute(
    stored.database.query,
  );
  replica().start();
  await waitFor(
    async () => {
      const { state } = await jobOf(id);
      if (state === 'completed') return true;
      // The first one may have renewed its lease in between.
      await sql`update delivery_jobs set leased_until = now() - interval '1 second'
        where id = ${id}::uuid and leased_until > now()`.execute(stored.database.query);
      return false;
    },
    { what: 'the job to be completed' },
  );
  expect(await jobOf(id)).toMatchObject({ total: MANY, done: MANY, refused: 0 });
  expect(await retriesOf(rows)).toEqual(rows.map(() => 1));
});

test('a cancelled job changes nothing more, and one that has ended cannot be cancelled', async () => {
  const rows = await addMany();
  const service = replica(SLOW);
  service.start();
  const { id } = await service.jobs.create(wanted(), caller(tenantId));
  await until(id, 'the job to have begun', ({ done }) => done > 0);
  await service.jobs.cancel(id, caller(tenantId));
  const { done } = await jobOf(id);
  // The runner goes on: a job that is added later comes to its end.
  const [later] = await add(failed({ webhookId: books, errorClass: 'dns' }));
  const next = await service.jobs.create(wanted({ errorClass: 'dns' }), caller(tenantId));
  await untilState(next.id, 'completed');
  expect(await jobOf(id)).toMatchObject({ state: 'cancelled', total: MANY, done });
  expect((await retriesOf(rows)).filter((retries) => retries === 1)).toHaveLength(done);
  expect(await retriesOf([later!])).toEqual([1]);
  await service.jobs.cancel(id, caller(tenantId));
  await expect(service.jobs.cancel(next.id, caller(tenantId))).rejects.toMatchObject({ code: 'job_ended' });
});

test('a tenant has one running job, and sees and cancels no other', async () => {
  await addMany();
  const [one, stranger] = [caller(tenantId), caller(newId())];
  const { jobs } = replica();
  const { id } = await jobs.create(wanted(), one);
  await expect(jobs.create(wanted(), one)).rejects.toMatchObject({ code: 'job_running' });
  await jobs.create(wanted(), stranger);
  await expect(jobs.find(id, stranger)).rejects.toMatchObject({ code: 'job_not_found' });
  await expect(jobs.cancel(id, stranger)).rejects.toMatchObject({ code: 'job_not_found' });
  await expect(jobs.create(wanted({ tenantId }), stranger)).rejects.toMatchObject({ status: 422 });
  expect(await jobs.preview(wanted({ webhookId: shop }), stranger)).toMatchObject({ count: 0 });
  expect(await jobs.list({ tenantId }, null, 10)).toMatchObject([{ id, state: 'running' }]);
});

test('a job of an operator may be for every tenant; a suspended tenant is refused', async () => {
  const foreign = { tenantId: newId(), webhookId: newId() };
  directory.put(snapshotOf({ id: foreign.webhookId, tenantId: foreign.tenantId }));
  suspended.add(foreign.tenantId);
  const rows = await add(
    failed({ eventType: 'customer.created' }),
    failed({ ...foreign, eventType: 'customer.created' }),
  );
  const service = replica();
  service.start();
  const { id } = await service.jobs.create(wanted({ eventType: 'customer.created' }), caller(null));
  expect(await untilState(id, 'completed')).toMatchObject({ tenantId: null, total: 2, done: 1, refused: 1 });
  expect(await retriesOf(rows)).toEqual([1, 0]);
});
