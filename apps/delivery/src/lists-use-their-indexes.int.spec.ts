import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DELIVERY_STATUSES, systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import type { Caller } from '@signet/service-kit';
import { statementsOf } from '@signet/testing';
import type { Statement } from '@signet/testing';
import pg from 'pg';
import { CircuitReader } from './circuit/http/circuit.reader.ts';
import { SelectedDeliveries } from './delivery-jobs/stored/selected-deliveries.ts';
import { StatisticsCounter } from './statistics/counting/statistics-counter.ts';
import { StatisticsHttp } from './statistics/http/statistics.http.ts';
import { StatisticsReader } from './statistics/http/statistics.reader.ts';
import { statisticsQuery } from './statistics/http/statistics.schemas.ts';
import { DeliveryHttp } from './delivery/http/delivery.http.ts';
import { DeliveryViewContext } from './delivery/http/delivery.view-context.ts';
import { listDeliveriesQuery } from './delivery/http/delivery.schemas.ts';
import { FailureReader } from './failures/failure.reader.ts';
import { ReplayStore } from './replay/stored/replay.store.ts';
import { StoredDeliveries } from './testing/stored-deliveries.ts';
import { WebhookDirectory } from './webhook-directory/webhook-directory.ts';

const DELIVERIES = 60_000;
const DAYS = 8;
/** The plan of a smaller partition, such as that of a day that has just begun, may well read it through. */
const SMALL = 2_000;
/** The days, and a page in three steps. */
const STATEMENTS = 4;

let stored: StoredDeliveries;
let database: pg.Client;
let http: DeliveryHttp;
const directory = new WebhookDirectory();
let partitions: ReadonlyMap<string, number>;

beforeAll(async () => {
  stored = await StoredDeliveries.create();
  database = new pg.Client({ connectionString: stored.url });
  await database.connect();
  await database.query('set search_path = delivery, public');
  await database.query(`select set_config('many.deliveries', $1, false), set_config('many.days', $2, false)`, [
    DELIVERIES,
    DAYS,
  ]);
  await database.query(readFileSync(new URL('testing/many-deliveries.sql', import.meta.url), 'utf8'));
  await database.query('vacuum analyze deliveries');
  await nameWebhooks();
  const webhooks = { directory } as never;
  const context = new DeliveryViewContext(
    webhooks,
    { probeTimes: () => Promise.resolve(new Map()) },
    { heldPartitions: () => Promise.resolve(new Map()) },
    systemClock,
  );
  http = new DeliveryHttp(stored.reader, {} as never, webhooks, {} as never, context);
  const { rows } = await database.query<{ name: string; rows: number }>(
    `select relname as name, reltuples::int as rows from pg_class where relname ~ '^deliveries_[0-9]{8}$'`,
  );
  partitions = new Map(rows.map(({ name, rows: count }) => [name, count]));
});
afterAll(async () => {
  await database.end();
  await stored.close();
});

async function nameWebhooks(): Promise<void> {
  const { rows } = await database.query<{ id: string; tenant: string }>(
    'select webhook_id as id, min(tenant_id) as tenant from deliveries group by webhook_id order by 1',
  );
  const kinds = ['Orders', 'Stock', 'Repairs', 'Accounting', 'Newsletter'];
  for (const [index, { id, tenant }] of rows.entries()) {
    const named = {
      id,
      tenantId: tenant,
      name: `${kinds[index % 5]} ${index}`,
      events: [],
      isActive: false,
      version: 1,
    };
    directory.put(named as Partial<WebhookSnapshot> as WebhookSnapshot);
  }
}

const caller = (tenantId: string | null): Caller => ({
  keyId: 'key-1',
  role: tenantId === null ? 'operator' : 'tenant',
  tenantId,
  name: 'Test',
  eventTypes: null,
  tenants: null,
});
const ask = (query: string, tenantId: string | null) =>
  http.list(listDeliveriesQuery.parse(Object.fromEntries(new URLSearchParams(query))), caller(tenantId));

/** Partitions of deliveries that the plan of a statement reads from their beginning to their end, and those it opens. */
async function partitionsOf({ text, values }: Statement): Promise<{ readThrough: string[]; opened: Set<string> }> {
  const { rows } = await database.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (format json) ${text}`, [
    ...values,
  ]);
  const readThrough: string[] = [];
  const opened = new Set<string>();
  const visit = (node: PlanNode): void => {
    const relation = node['Relation Name'];
    if (relation) opened.add(relation);
    if (relation && node['Node Type'] === 'Seq Scan' && (partitions.get(relation) ?? 0) > SMALL)
      readThrough.push(relation);
    node.Plans?.forEach(visit);
  };
  visit(rows[0]!['QUERY PLAN'][0].Plan);
  return { readThrough, opened };
}
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

const ago = (days: number): string => new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString();
const WEBHOOK = `(select webhook_id from deliveries where tenant_id = 'many-0' order by created_at limit 1)`;
const value = async (expression: string): Promise<string> =>
  (await database.query<{ value: string }>(`select ${expression} as value`)).rows[0]!.value;

const LISTS = [
  '',
  `createdBefore=${ago(6)}`,
  `createdAfter=${ago(3)}&createdBefore=${ago(2.9)}`,
  'status=SUCCESS',
  'status=FAILED',
  'status=RETRYING',
  'status=PENDING',
  'eventType=sale.created',
  'eventType=purchase_order.received',
  'eventType=repair_order.created',
  'eventType=nothing.happened',
  `sentAfter=${ago(0.01)}`,
  `sentBefore=${ago(7)}`,
  `sentAfter=${ago(4)}&sentBefore=${ago(3.999)}`,
  `sentAfter=${ago(4)}&status=RETRYING`,
  'q=orders',
  'q=orders%2017',
  'q=created',
  'q=purchase_order.received',
  'q=answered%20500',
  'q=altname_invalid',
  'q=zzzzzz',
  'q=orders&status=FAILED',
  'q=ffffffff-ffff',
];

describe.each([
  ['a tenant', 'many-0'],
  ['a small tenant', 'many-900'],
  ['the operator', null],
])('for %s no list reads a day through, and a page takes four statements at most', (_, tenantId) => {
  test.each(LISTS)('?%s', async (query) => {
    for (const limit of [5, 200]) {
      const sent = await statementsOf(() => ask(`${query}&limit=${limit}`, tenantId));
      const { nextCursor } = await ask(`${query}&limit=${limit}`, tenantId);
      if (nextCursor !== null)
        sent.push(...(await statementsOf(() => ask(`${query}&limit=${limit}&cursor=${nextCursor}`, tenantId))));
      expect(sent.length).toBeLessThanOrEqual(nextCursor === null ? STATEMENTS : 2 * STATEMENTS);
      for (const statement of sent) {
        const { readThrough } = await partitionsOf(statement);
        expect({ statement, readThrough }).toEqual({ statement, readThrough: [] });
      }
    }
  });

  test('by webhook and by event', async () => {
    const webhookId = await value(WEBHOOK);
    const eventId = await value(`(select event_id from deliveries where webhook_id = '${webhookId}' limit 1)`);
    for (const query of [
      `webhookId=${webhookId}`,
      `webhookId=${webhookId}&status=FAILED`,
      `webhookId=${webhookId}&status=PENDING`,
      `webhookId=${webhookId}&q=answered`,
      `eventId=${eventId}`,
      `eventId=${eventId}&eventType=sale.created`,
      `q=${eventId}`,
      `q=${eventId.slice(0, 8)}`,
      'messageId=sale-4711',
      'messageId=sale-4711&source=/pos/3',
      'messageId=nothing',
      'subject=S-42',
      'subject=S-42&eventType=sale.created',
      'subject=nothing',
      'source=/pos/3',
      'source=/nowhere',
      'q=S-42',
    ]) {
      const sent = await statementsOf(() => ask(query, tenantId));
      expect(sent.length).toBeLessThanOrEqual(STATEMENTS);
      for (const statement of sent) expect((await partitionsOf(statement)).readThrough).toEqual([]);
    }
  });
});

test('a page that is full of the last days opens no others', async () => {
  const sent = await statementsOf(() => ask('limit=200', null));
  expect(sent).toHaveLength(2);
  expect((await partitionsOf(sent[1]!)).opened.size).toBeLessThanOrEqual(4);
});

test("an operator's list of one tenant is read by the same statements as the tenant's own", async () => {
  for (const query of ['', 'status=FAILED', 'q=orders', 'eventType=sale.created']) {
    const sent = await statementsOf(() => ask(`${query}&tenantId=many-0`, null));
    expect(sent).toEqual(await statementsOf(() => ask(query, 'many-0')));
  }
});

test.each([
  ['a tenant', 'many-0'],
  ['every tenant', null],
])('the failures of %s are counted from an index that has all that is counted', async (_, tenantId) => {
  const reader = new FailureReader(stored.database);
  for (const days of [1, 3, DAYS]) {
    const range = { from: ago(days), before: ago(0) };
    const sent = await statementsOf(() => reader.groups({ tenantId, ...range }, null, 50));
    expect(sent).toHaveLength(2);
    const { rows } = await database.query<{ 'QUERY PLAN': string }>(`explain ${sent[1]!.text}`, [...sent[1]!.values]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan on deliveries_/);
    expect(plan).toMatch(/Index Only Scan using deliveries_\d+_(tenant_id_)?created_at_id_status_webhook_/);
    expect((await partitionsOf(sent[1]!)).readThrough).toEqual([]);
  }
  const webhookId = await value(WEBHOOK);
  const [, ofOne] = await statementsOf(() =>
    reader.groups({ tenantId, webhookId, from: ago(DAYS), before: ago(0) }, null, 50),
  );
  expect((await partitionsOf(ofOne!)).readThrough).toEqual([]);
});

test.each([
  ['a tenant', 'many-0'],
  ['every tenant', null],
])('a step of a job for deliveries of %s reads no day through', async (_, tenantId) => {
  const selected = new SelectedDeliveries(stored.database);
  const webhookId = await value(WEBHOOK);
  const every = { tenantId, webhookId: null, errorClass: null, eventType: null };
  const range = { since: new Date(ago(DAYS)), until: new Date(ago(0)) };
  for (const selection of [
    ...DELIVERY_STATUSES.map((status) => ({ ...every, ...range, status })),
    { ...every, ...range, status: 'FAILED', errorClass: 'tls' } as const,
    { ...every, ...range, status: 'FAILED', eventType: 'sale.created' } as const,
    { ...every, ...range, status: 'FAILED', webhookId } as const,
  ]) {
    const place = { createdAt: ago(DAYS / 2), id: webhookId };
    for (const after of [null, place]) {
      const sent = await statementsOf(() => selected.page(selection, after, 125));
      expect(sent).toHaveLength(2);
      const { readThrough } = await partitionsOf(sent[1]!);
      expect({ selection, after, readThrough }).toEqual({ selection, after, readThrough: [] });
    }
  }
});

test("a tenant's circuits and replays are found by an index", async () => {
  await database.query(`
    insert into circuits (webhook_id, tenant_id, partition, epoch, openings, opened_at, probe_at)
    select gen_random_uuid(), 'many-' || n % 500, n % 12, 1, 1, now() - n * interval '1 second', now() from generate_series(1, 20000) n`);
  await database.query(`
    insert into replays (id, tenant_id, webhook_id, since, until, status, state, created_by, created_at, updated_at)
    select gen_random_uuid(), 'many-' || n % 500, gen_random_uuid(), now(), now(), 'all', 'completed', 'key-1',
      now() - n * interval '1 second', now() from generate_series(1, 20000) n`);
  await database.query(`
    insert into partition_owners (partition, epoch, owner, taken_at) select n, 1, 'replica-1', now() from generate_series(0, 11) n`);
  await database.query('analyze circuits, replays, partition_owners');
  const circuits = new CircuitReader(stored.database);
  const replays = new ReplayStore(stored.database, systemClock, 'replica-1');
  for (const list of [() => circuits.list('many-7', null, 50), () => replays.list({ tenantId: 'many-7' }, null, 50)]) {
    const [statement, ...more] = await statementsOf(list);
    expect(more).toEqual([]);
    const { rows } = await database.query<{ 'QUERY PLAN': string }>(`explain ${statement!.text}`, [
      ...statement!.values,
    ]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan on (circuits|replays)/);
    expect(plan).toMatch(/circuits_tenant_time|replays_tenant_created/);
  }
});

test('a delivery is found by its id alone, and its log read in one partition', async () => {
  const id = await value(`(select delivery_id from delivery_log order by day limit 1)`);
  let found: unknown;
  const sent = await statementsOf(async () => (found = await stored.reader.find(id, 'many-0')));
  expect(found).toMatchObject({ row: { id, tenantId: 'many-0' }, events: [{ type: 'DeliveryRequested' }] });
  expect(sent.length).toBeLessThanOrEqual(STATEMENTS + 1);
  for (const statement of sent) expect((await partitionsOf(statement)).readThrough).toEqual([]);
  expect((await partitionsOf(sent.at(-1)!)).opened.size).toBe(2);
});

test('every delivery of a page has the name of its webhook', async () => {
  const { data } = await ask('limit=200', null);
  for (const { webhookId, webhookName } of data) expect(webhookName).toBe(directory.get(webhookId)?.name);
  const [first] = data;
  directory.remove(first!.webhookId);
  const again = await ask('limit=1', null);
  expect(again.data[0]).toMatchObject({ id: first!.id, webhookName: null });
});

describe('statistics', () => {
  let counting: Statement[];
  let statistics: StatisticsHttp;

  beforeAll(async () => {
    const counter = new StatisticsCounter(stored.database, systemClock);
    const fill = async (): Promise<boolean> => {
      await database.query(`update statistics_progress set rest_until = '2000-01-01Z'`);
      return (await counter.round(true))!.isBehind;
    };
    // The first rounds count the hours of today and of yesterday.
    counting = await statementsOf(async () => {
      for (let round = 0; round < 30; round += 1) await fill();
    });
    while (await fill());
    await database.query('vacuum analyze delivery_statistics');
    statistics = new StatisticsHttp(
      new StatisticsReader(stored.database),
      stored.database,
      { directory },
      { byId: () => undefined },
      systemClock,
    );
  });

  test('are counted without reading a day through', async () => {
    const statements = counting.filter(({ text }) => /^\s*(with|select distinct|insert)/.test(text));
    expect(statements.length).toBeGreaterThan(60);
    for (const statement of statements) {
      const { readThrough } = await partitionsOf(statement);
      expect({ statement: statement.text, readThrough }).toEqual({ statement: statement.text, readThrough: [] });
    }
  });

  const webhook = (): Promise<string> => value(WEBHOOK);
  test.each([
    ['many-0', () => ''],
    ['many-0', () => 'groupBy=webhook'],
    ['many-0', () => 'groupBy=eventType'],
    ['many-900', () => 'groupBy=webhook'],
    ['many-0', async () => `webhookId=${await webhook()}&groupBy=eventType`],
    [null, () => ''],
    [null, () => 'groupBy=eventType'],
    [null, () => 'groupBy=tenant'],
    [null, () => 'tenantId=many-0&groupBy=webhook'],
    ['many-0', async () => `webhookIds=${await webhook()}&groupBy=webhook`],
    [null, async () => `tenantId=many-0&webhookIds=${await webhook()}&groupBy=webhook`],
  ])('of %s use indexes, and take three statements, or four with series (%#)', async (tenantId, query) => {
    const wanted = await query();
    for (const range of ['1h', '24h', '7d', '30d']) {
      const ask = () =>
        statistics.read(
          statisticsQuery.parse(Object.fromEntries(new URLSearchParams(`${wanted}&range=${range}`))),
          caller(tenantId),
        );
      const sent = await statementsOf(ask);
      expect(sent.length).toBeLessThanOrEqual(wanted.includes('webhookIds') ? 4 : 3);
      for (const { text, values } of sent.filter((statement) => statement.text.includes('delivery_statistics'))) {
        const { rows } = await database.query<{ 'QUERY PLAN': unknown }>(`explain (format json) ${text}`, [...values]);
        const plan = JSON.stringify(rows[0]!['QUERY PLAN']);
        // A range that is nearly all that is kept may well be read through.
        const isShort = range === '1h' || range === '24h';
        expect({ wanted, range, plan, readThrough: isShort && plan.includes('"Seq Scan"') }).toMatchObject({
          readThrough: false,
        });
        expect(new Set(plan.match(/"Relation Name":"delivery_statistics_\w+"/g)).size).toBe(1);
      }
    }
    expect(
      (await statistics.read(statisticsQuery.parse({ range: '7d' }), caller(tenantId))).total.deliveries,
    ).toBeGreaterThan(0);
  });
});
