import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import type { Caller } from '@signet/service-kit';
import { statementsOf } from '@signet/testing';
import type { DeliveryRow } from '../../delivery/storage/delivery.projection.ts';
import { CountedDeliveries } from '../../testing/counted-deliveries.ts';
import { deliveredRow } from '../../testing/stored-deliveries.ts';
import type { StatisticsNumbers, StatisticsView } from './statistics.answers.ts';
import { StatisticsHttp } from './statistics.http.ts';
import { StatisticsReader } from './statistics.reader.ts';
import { statisticsQuery } from './statistics.schemas.ts';

const MINUTE = 60_000;
const TENANTS = ['antwerp', 'bruges', 'ghent'];
const TYPES = ['sale.created', 'sale.updated'];
/** Two of each tenant. */
const WEBHOOKS = TENANTS.flatMap((tenantId) =>
  [1, 2].map((n) => ({ id: newId(), tenantId, name: `${tenantId} ${n}` })),
);

let deliveries: CountedDeliveries;
let http: StatisticsHttp;
let rows: DeliveryRow[];

beforeAll(async () => {
  deliveries = await CountedDeliveries.create();
  // Over a day and a half; the tenants have 6, 3 and 1 in ten of them.
  rows = Array.from({ length: 700 }, (_, index) => {
    const created = deliveries.clock().getTime() - index * 3 * MINUTE;
    const tenant = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2][index % 10]!;
    const status = index % 9 === 0 ? 'FAILED' : index % 23 === 0 ? 'RETRYING' : 'SUCCESS';
    return deliveredRow({
      createdAt: new Date(created).toISOString(),
      tenantId: TENANTS[tenant]!,
      webhookId: WEBHOOKS[2 * tenant + (index % 3 === 0 ? 1 : 0)]!.id,
      eventType: TYPES[index % 7 === 0 ? 1 : 0]!,
      status,
      attemptCount: 1 + (index % 4),
      responseStatusCode: index % 5 === 0 ? null : 200,
      durationMs: 4 + ((index * 31) % 900),
      completedAt: status === 'RETRYING' ? null : new Date(created + 20 + ((index * 77) % 5_000)).toISOString(),
    });
  });
  await deliveries.stored.add(rows);
  await deliveries.count();
  const { database } = deliveries.stored;
  const directory = { get: (id: string) => WEBHOOKS.find((webhook) => webhook.id === id) };
  const tenants = { byId: (id: string) => ({ id, name: id.toUpperCase() }) };
  http = new StatisticsHttp(
    new StatisticsReader(database),
    database,
    { directory } as never,
    tenants as never,
    deliveries.clock,
  );
});
afterAll(() => deliveries?.stored.close());

const caller = (tenantId: string | null): Caller => ({
  keyId: 'key-1',
  role: tenantId === null ? 'operator' : 'tenant',
  tenantId,
  name: 'Test',
  eventTypes: null,
  tenants: null,
});
const read = (query: string, tenantId: string | null): Promise<StatisticsView> =>
  http.read(statisticsQuery.parse(Object.fromEntries(new URLSearchParams(query))), caller(tenantId));

/** By nearest rank. */
const rank = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1]!;
const near = (times: readonly number[]) =>
  times.length === 0
    ? null
    : Object.fromEntries(
        (
          [
            ['p50', 0.5],
            ['p95', 0.95],
            ['p99', 0.99],
          ] as const
        ).map(([name, share]) => [
          name,
          // Five per cent of thousands of milliseconds; `toBeCloseTo` compares digits.
          expect.closeTo(Math.log(rank(times, share)), 1),
        ]),
      );
/** The answer's percentiles as logarithms: five per cent are 0.05 of them. */
const logs = (percentiles: StatisticsNumbers['deliveryMs']) =>
  percentiles && Object.fromEntries(Object.entries(percentiles).map(([name, ms]) => [name, Math.log(ms)]));
const shown = ({ deliveryMs, responseMs, ...counts }: StatisticsNumbers) => ({
  ...counts,
  deliveryMs: logs(deliveryMs),
  responseMs: logs(responseMs),
});

function numbersOf(wanted: readonly DeliveryRow[]) {
  const of = (status: string) => wanted.filter((row) => row.status === status);
  const [delivered, failed] = [of('SUCCESS'), of('FAILED')];
  return {
    deliveries: wanted.length,
    delivered: delivered.length,
    failed: failed.length,
    pending: 0,
    retrying: of('RETRYING').length,
    attempts: wanted.reduce((sum, { attemptCount }) => sum + attemptCount, 0),
    successRate: expect.closeTo(delivered.length / (delivered.length + failed.length), 3),
    deliveryMs: near(delivered.map((row) => Date.parse(row.completedAt!) - Date.parse(row.createdAt))),
    responseMs: near(wanted.filter((row) => row.responseStatusCode !== null).map((row) => row.durationMs!)),
  };
}

const within = (answer: StatisticsView) => (row: DeliveryRow) =>
  row.createdAt >= answer.from && row.createdAt < answer.to;
const countOf = <T>(values: readonly T[]): Map<T, number> =>
  values.reduce((counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1), new Map<T, number>());

describe.each([
  ['', null, () => true],
  ['', 'bruges', (row: DeliveryRow) => row.tenantId === 'bruges'],
  ['tenantId=ghent', null, (row: DeliveryRow) => row.tenantId === 'ghent'],
  ['eventType=sale.updated', null, (row: DeliveryRow) => row.eventType === 'sale.updated'],
  [
    'eventType=sale.updated',
    'antwerp',
    (row: DeliveryRow) => row.tenantId === 'antwerp' && row.eventType === 'sale.updated',
  ],
  [`webhookId=${WEBHOOKS[0]!.id}`, 'antwerp', (row: DeliveryRow) => row.webhookId === WEBHOOKS[0]!.id],
] as const)('?%s by a key of %s', (query, tenantId, isWanted) => {
  test.each(['range=1h', 'range=24h', 'range=7d', 'range=30d'])('&%s', async (range) => {
    const answer = await read(`${query}&${range}`, tenantId);
    const wanted = rows.filter(isWanted).filter(within(answer));
    expect(wanted.length).toBeGreaterThan(0);
    expect(shown(answer.total)).toEqual(numbersOf(wanted));
    const starts = answer.buckets.map(({ start }) => start);
    expect(answer.buckets.map(({ deliveries }) => deliveries)).toEqual(
      starts.map(
        (start, index) =>
          wanted.filter(({ createdAt }) => createdAt >= start && createdAt < (starts[index + 1] ?? answer.to)).length,
      ),
    );
  });
});

describe.each([
  ['webhook', 'antwerp', (row: DeliveryRow) => row.webhookId],
  ['eventType', 'antwerp', (row: DeliveryRow) => row.eventType],
  ['eventType', null, (row: DeliveryRow) => row.eventType],
  ['tenant', null, (row: DeliveryRow) => row.tenantId],
] as const)('groupBy=%s by a key of %s', (groupBy, tenantId, keyOf) => {
  test('has the numbers of each group, the largest first', async () => {
    const answer = await read(`groupBy=${groupBy}`, tenantId);
    const wanted = rows.filter(within(answer)).filter((row) => tenantId === null || row.tenantId === tenantId);
    const sizes = [...countOf(wanted.map(keyOf))].toSorted(([, a], [, b]) => b - a);
    expect(answer.groups.map(({ key, deliveries: size }) => [key, size])).toEqual(sizes);
    for (const { key, name, series, ...numbers } of answer.groups) {
      expect(series).toBeNull();
      expect(shown(numbers)).toEqual(numbersOf(wanted.filter((row) => keyOf(row) === key)));
      expect(name).toBe(
        groupBy === 'tenant' ? key.toUpperCase() : (WEBHOOKS.find(({ id }) => id === key)?.name ?? null),
      );
    }
    const limited = await read(`groupBy=${groupBy}&limit=1`, tenantId);
    expect(limited).toMatchObject({ groups: [{ key: sizes[0]![0] }], hasMoreGroups: true });
    expect(answer.hasMoreGroups).toBe(false);
  });
});

describe.each([
  ['', 'antwerp', [0, 1]],
  ['', null, [0, 1, 2, 3, 4]],
  ['tenantId=bruges', null, [2, 3]],
] as const)('webhookIds&%s by a key of %s', (query, tenantId, visible) => {
  test.each(['range=1h', 'range=24h'])(
    '&%s has the series of each of these webhooks, and of no others',
    async (range) => {
      const ids = WEBHOOKS.slice(0, 5).map(({ id }) => id);
      const answer = await read(`${query}&${range}&groupBy=webhook&webhookIds=${ids.join()}`, tenantId);
      const wanted = rows.filter(within(answer)).filter(({ webhookId }) => visible.some((at) => ids[at] === webhookId));
      expect(answer.total.deliveries).toBe(wanted.length);
      expect(new Set(answer.groups.map(({ key }) => key))).toEqual(new Set(wanted.map(({ webhookId }) => webhookId)));
      for (const { key, deliveries: size, delivered, failed, series } of answer.groups) {
        expect(series).toHaveLength(answer.buckets.length);
        const sum = (of: 'deliveries' | 'delivered' | 'failed') =>
          series!.reduce((total, point) => total + point[of], 0);
        expect([sum('deliveries'), sum('delivered'), sum('failed')]).toEqual([size, delivered, failed]);
        const first = answer.buckets.findIndex((_, at) => series![at]!.deliveries > 0);
        const oldest = wanted.filter(({ webhookId }) => webhookId === key).at(-1)!;
        expect(answer.buckets[first]!.start <= oldest.createdAt).toBe(true);
        expect((answer.buckets[first + 1]?.start ?? answer.to) > oldest.createdAt).toBe(true);
      }
    },
  );
});

test('the answer says when it was counted, and takes three statements', async () => {
  const sent = await statementsOf(async () => {
    const answer = await read('groupBy=tenant&range=7d', null);
    expect(answer).toMatchObject({
      countedAt: deliveries.clock().toISOString(),
      completeFrom: null,
      groupBy: 'tenant',
    });
  });
  expect(sent).toHaveLength(3);
});

test.each([
  ['tenantId=bruges', 'antwerp', 'tenantId', 'operators_only'],
  ['groupBy=tenant', 'antwerp', 'groupBy', 'operators_only'],
  ['groupBy=webhook', null, 'tenantId', 'tenant_required'],
  [`webhookId=${newId()}`, null, 'tenantId', 'tenant_required'],
  [`groupBy=tenant&webhookIds=${newId()}`, null, 'groupBy', 'not_with_webhooks'],
  ['groupBy=tenant&eventType=sale.created', null, 'eventType', 'not_with_all_tenants'],
  ['from=2026-01-15T10:00:00Z&to=2026-01-15T10:00:00Z', null, 'to', 'to_not_after_from'],
  ['range=24h&bucket=1m', null, 'bucket', 'too_many_buckets'],
])('?%s by a key of %s is refused: %s breaks %s', async (query, tenantId, field, rule) => {
  await expect(read(query, tenantId)).rejects.toMatchObject({
    code: 'invalid_query',
    errors: [{ field, rule }],
  });
});

test.each([
  ['range=24h&from=2026-01-15T10:00:00Z', 'range', 'range_and_from'],
  ['to=2026-01-15T10:00:00Z', 'from', 'from_required'],
  [`webhookId=${newId()}&webhookIds=${newId()}`, 'webhookId', 'webhook_id_and_webhook_ids'],
])('?%s is refused: %s breaks %s', (query, field, rule) => {
  const { error } = statisticsQuery.safeParse(Object.fromEntries(new URLSearchParams(query)));
  expect(error?.issues).toMatchObject([{ path: [field], params: { rule } }]);
});

test("another tenant's webhook has no numbers", async () => {
  const { total, groups } = await read(`webhookId=${WEBHOOKS[0]!.id}&groupBy=webhook`, 'bruges');
  expect({ deliveries: total.deliveries, groups }).toEqual({ deliveries: 0, groups: [] });
});
