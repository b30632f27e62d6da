import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import type { ErrorClass, WebhookSnapshot } from '@signet/contracts';
import type { Caller } from '@signet/service-kit';
import { statementsOf } from '@signet/testing';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { deliveredRow, StoredDeliveries } from '../testing/stored-deliveries.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { FailureReader } from './failure.reader.ts';
import { FailuresHttp } from './failures.http.ts';
import { listFailuresQuery } from './failures.schemas.ts';

const NOW = Date.parse('2026-06-30T12:00:00.000Z');
const HOUR_MS = 60 * 60 * 1000;
const PROBE_AT = '2026-06-30T13:00:00.000Z';
/** Days, a page, and the circuits of its webhooks. */
const STATEMENTS = 3;

const shop = { id: newId(), tenantId: 'tenant-1', name: 'Shop' };
const books = { id: newId(), tenantId: 'tenant-1', name: 'Books' };
const other = { id: newId(), tenantId: 'tenant-2', name: 'Other' };
const directory = new WebhookDirectory();
for (const webhook of [shop, books, other])
  directory.put({ ...webhook, events: [], isActive: true, version: 1 } as Partial<WebhookSnapshot> as WebhookSnapshot);

let stored: StoredDeliveries;
beforeAll(async () => {
  stored = await StoredDeliveries.create();
  await stored.add(rows);
});
afterAll(() => stored.close());

function row(of: typeof shop, hoursAgo: number, fields: Partial<DeliveryRow> = {}): DeliveryRow {
  const createdAt = new Date(NOW - hoursAgo * HOUR_MS).toISOString();
  return deliveredRow({ createdAt, tenantId: of.tenantId, webhookId: of.id, ...fields });
}
const failure = (
  of: typeof shop,
  hoursAgo: number,
  errorClass: ErrorClass,
  status: 'FAILED' | 'RETRYING',
  more: Partial<DeliveryRow> = {},
): DeliveryRow =>
  row(of, hoursAgo, {
    status,
    errorClass,
    errorMessage: `It failed ${hoursAgo} hours ago.`,
    responseStatusCode: errorClass === 'http_status' ? 500 : null,
    completedAt: status === 'FAILED' ? new Date(NOW).toISOString() : null,
    nextRetryAt: status === 'FAILED' ? null : PROBE_AT,
    ...more,
  });

const rows = [
  failure(shop, 20, 'http_status', 'FAILED'),
  failure(shop, 10, 'http_status', 'FAILED'),
  failure(shop, 1, 'http_status', 'RETRYING'),
  failure(shop, 2, 'timeout', 'FAILED'),
  // A replay lies in the partition of its message's day.
  failure(shop, 3, 'timeout', 'FAILED', { kind: 'replay', day: '2026-06-20' }),
  failure(books, 4, 'disabled', 'FAILED', { sentAt: null, endReason: 'disabled' }),
  failure(other, 0.5, 'dns', 'RETRYING'),
  // Not failures: delivered, never tried, and tried again by a person after a success.
  row(shop, 1),
  row(shop, 1, { status: 'PENDING', sentAt: null }),
  row(shop, 1, { status: 'RETRYING', isRetryAsked: true }),
  // Older than a day.
  failure(shop, 30, 'http_status', 'FAILED'),
  failure(books, 50, 'tls', 'FAILED'),
];

const http = (mostCounted?: number): FailuresHttp =>
  new FailuresHttp(
    new FailureReader(stored.database, mostCounted),
    { probeTimes: (ids) => Promise.resolve(new Map(ids.includes(shop.id) ? [[shop.id, PROBE_AT]] : [])) },
    { directory } as never,
    () => new Date(NOW),
  );
const caller = (tenantId: string | null): Caller => ({
  keyId: 'key-1',
  role: tenantId === null ? 'operator' : 'tenant',
  tenantId,
  name: 'Test',
  eventTypes: null,
  tenants: null,
});
const ask = (query: Record<string, string>, tenantId: string | null, mostCounted?: number) =>
  http(mostCounted).list(listFailuresQuery.parse(query), caller(tenantId));
const ago = (hours: number): string => new Date(NOW - hours * HOUR_MS).toISOString();

const SHOP_500 = {
  tenantId: 'tenant-1',
  webhookId: shop.id,
  webhookName: 'Shop',
  errorClass: 'http_status',
  count: 3,
  failed: 2,
  waiting: 1,
  heldUntil: PROBE_AT,
  firstCreatedAt: ago(20),
  lastCreatedAt: ago(1),
  sample: {
    id: rows[2]!.id,
    status: 'RETRYING',
    responseStatusCode: 500,
    errorMessage: 'It failed 1 hours ago.',
  },
};
const SHOP_TIMEOUT = { webhookId: shop.id, errorClass: 'timeout', count: 2, failed: 2, waiting: 0, heldUntil: null };
const BOOKS_DISABLED = { webhookId: books.id, errorClass: 'disabled', count: 1, failed: 1, waiting: 0 };
const OTHER_DNS = {
  tenantId: 'tenant-2',
  webhookId: other.id,
  errorClass: 'dns',
  failed: 0,
  waiting: 1,
  heldUntil: null,
};

test('the failures of the last day are counted by webhook and error, what waits apart from what has failed', async () => {
  const page = await ask({}, 'tenant-1');
  expect(page).toMatchObject({
    data: [SHOP_500, SHOP_TIMEOUT, BOOKS_DISABLED],
    nextCursor: null,
    countedFrom: ago(24),
  });
  expect(page.data[0]).toEqual(SHOP_500);
  expect(page.data[1]).toMatchObject({ firstCreatedAt: ago(3), lastCreatedAt: ago(2), sample: { id: rows[3]!.id } });
});

test('a range of time and a webhook limit what is counted', async () => {
  const older = await ask({ createdAfter: ago(60), createdBefore: ago(15) }, 'tenant-1');
  expect(older.data).toMatchObject([
    { webhookId: shop.id, errorClass: 'http_status', count: 2, sample: { id: rows[0]!.id } },
    { webhookId: books.id, errorClass: 'tls', count: 1 },
  ]);
  expect((await ask({ webhookId: books.id }, 'tenant-1')).data).toMatchObject([BOOKS_DISABLED]);
  expect((await ask({ createdAfter: ago(1), createdBefore: ago(2) }, 'tenant-1')).data).toEqual([]);
});

test("an operator sees every tenant's or one's, a tenant only its own", async () => {
  expect((await ask({}, null)).data).toMatchObject([OTHER_DNS, SHOP_500, SHOP_TIMEOUT, BOOKS_DISABLED]);
  expect((await ask({ tenantId: 'tenant-2' }, null)).data).toMatchObject([OTHER_DNS]);
  expect((await ask({}, 'tenant-2')).data).toMatchObject([OTHER_DNS]);
  expect((await ask({ tenantId: 'tenant-1' }, 'tenant-2')).data).toEqual([]);
  expect((await ask({ webhookId: shop.id }, 'tenant-2')).data).toEqual([]);
});

test('the pages of a list count the same range, whatever fails meanwhile', async () => {
  const first = await ask({ limit: '1' }, null);
  expect(first.data).toMatchObject([OTHER_DNS]);
  await stored.add([failure(books, -1, 'reset', 'FAILED')]);
  const seen = [...first.data];
  for (let cursor = first.nextCursor; cursor !== null;) {
    const page = await ask({ limit: '2', cursor }, null);
    seen.push(...page.data);
    cursor = page.nextCursor;
  }
  expect(seen).toMatchObject([OTHER_DNS, SHOP_500, SHOP_TIMEOUT, BOOKS_DISABLED]);
});

test('if too many have failed, the newest are counted, and the answer says from which time on', async () => {
  const page = await ask({}, 'tenant-1', 3);
  expect(page).toMatchObject({
    data: [
      { errorClass: 'http_status', count: 1 },
      { errorClass: 'timeout', count: 2 },
    ],
    countedFrom: ago(3),
  });
});

test('a page takes three statements, however many groups it has', async () => {
  for (const limit of ['1', '200']) {
    const sent = await statementsOf(() => ask({ limit }, null));
    // The circuits are not asked in this test.
    expect(sent).toHaveLength(STATEMENTS - 1);
  }
});
