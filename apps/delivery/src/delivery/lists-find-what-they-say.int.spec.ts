import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_TYPE_NAMES, newId } from '@signet/contracts';
import { deliveredRow, StoredDeliveries } from '../testing/stored-deliveries.ts';
import type { DeliveryFilter } from './http/delivery.filter.ts';
import type { DeliveryRow } from './storage/delivery.projection.ts';
import type { DeliveryReader } from './storage/delivery.reader.ts';

const ROWS = 2_500;
const DAYS = 40;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const NEWEST = Date.parse('2026-06-30T12:00:00.000Z');

/** Numbers in [0, 1), the same ones in each run. */
let state = 42;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}
const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
const iso = (time: number): string => new Date(time).toISOString();

const TENANTS = ['tenant-1', 'tenant-2', 'tenant-3'];
const NAMES = ['Orders', 'Stock 50%_off', 'Repairs', 'The till', 'orders again'];
interface Named {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
}
const WEBHOOKS: readonly Named[] = TENANTS.flatMap((tenantId) =>
  NAMES.map((name) => ({ id: newId(), tenantId, name })),
);
const ERRORS = [
  'The receiver answered 500.',
  'The receiver answered 503.',
  'No connection could be opened (ECONNREFUSED).',
  'The time of 15000 ms was over while waiting for a response.',
  'The request cannot be sent: 100%_sure \\ "not".',
];

function made(index: number): DeliveryRow {
  // Several in the same millisecond; the last ones of just before the newest.
  const created = NEWEST - Math.floor(index / 3) * Math.floor((DAYS * DAY_MS) / (ROWS / 3));
  const webhook = oneOf(WEBHOOKS);
  const status = random() < 0.8 ? 'SUCCESS' : oneOf(['FAILED', 'RETRYING', 'PENDING'] as const);
  const isLate = status === 'PENDING' ? false : random() < 0.1;
  // A clock that is behind, at once, or after retries of up to a day.
  const sent = created + (isLate ? Math.floor(random() * DAY_MS) : oneOf([-1_500, 3, 40, 59_999, 60_000, 60_001]));
  // A replay is in the partition of its message's day.
  const isReplay = random() < 0.05;
  const hasError = status === 'FAILED' || (status === 'RETRYING' && random() < 0.9);
  return deliveredRow({
    createdAt: iso(created),
    day: iso(created - (isReplay ? Math.floor(random() * 8) * DAY_MS : 0)).slice(0, 10),
    tenantId: webhook.tenantId,
    webhookId: webhook.id,
    kind: isReplay ? 'replay' : 'message',
    messageId: `sale-${index % 11}`,
    source: index % 3 === 0 ? '/erp' : '/pos/1',
    subject: index % 13 === 0 ? null : `S-${index % 13}`,
    eventType: random() < 0.7 ? 'sale.created' : oneOf(EVENT_TYPE_NAMES),
    status,
    errorMessage: hasError ? oneOf(ERRORS) : null,
    errorClass: hasError ? 'http_status' : null,
    sentAt: status === 'PENDING' ? null : iso(sent),
    nextRetryAt: status === 'RETRYING' ? iso(created + DAY_MS) : null,
  });
}

let stored: StoredDeliveries;
let reader: DeliveryReader;
let rows: DeliveryRow[];
beforeAll(async () => {
  stored = await StoredDeliveries.create();
  reader = stored.reader;
  rows = Array.from({ length: ROWS }, (_, index) => made(index));
  await stored.add(rows);
});
afterAll(() => stored.close());

/** Whether the filter lets this row through. */
function isListed(row: DeliveryRow, filter: DeliveryFilter): boolean {
  const { tenantId, webhookId, status, eventType, eventId, messageId, source, subject, q } = filter;
  const { createdAfter, createdBefore, sentAfter, sentBefore } = filter;
  return (
    (tenantId === null || row.tenantId === tenantId) &&
    (!webhookId || row.webhookId === webhookId) &&
    (!status || row.status === status) &&
    (!eventType || row.eventType === eventType) &&
    (!eventId || row.eventId === eventId) &&
    (!messageId || row.messageId === messageId) &&
    (!source || row.source === source) &&
    (!subject || row.subject === subject) &&
    (!createdAfter || row.createdAt >= createdAfter) &&
    (!createdBefore || row.createdAt < createdBefore) &&
    (!sentAfter || (row.sentAt !== null && row.sentAt >= sentAfter)) &&
    (!sentBefore || (row.sentAt !== null && row.sentAt < sentBefore)) &&
    (!q || isFound(row, q.toLowerCase()) || row.messageId === q || row.subject === q)
  );
}

const isFound = (row: DeliveryRow, q: string): boolean =>
  nameOf(row.webhookId).toLowerCase().includes(q) ||
  row.eventType.includes(q) ||
  (row.errorMessage ?? '').toLowerCase().includes(q) ||
  (q.length >= 8 && row.eventId.startsWith(q));
const nameOf = (id: string): string => WEBHOOKS.find((webhook) => webhook.id === id)?.name ?? '';

const byAge = (a: DeliveryRow, b: DeliveryRow): number =>
  a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1;
const expected = (filter: DeliveryFilter): string[] =>
  rows
    .filter((row) => isListed(row, filter))
    .sort(byAge)
    .map(({ id }) => id);

/** Every page of a list, as a client reads them. */
async function listed(filter: DeliveryFilter, limit: number): Promise<string[]> {
  const webhookIdsByName = WEBHOOKS.filter(
    ({ tenantId, name }) =>
      filter.q !== undefined &&
      (filter.tenantId === null || filter.tenantId === tenantId) &&
      name.toLowerCase().includes(filter.q.toLowerCase()),
  ).map(({ id }) => id);
  const ids: string[] = [];
  for (let last: DeliveryRow | undefined; ;) {
    const page = await reader.list({ ...filter, webhookIdsByName }, last ?? null, limit);
    ids.push(...page.map(({ id }) => id));
    last = page.at(-1);
    if (page.length < limit) return ids;
  }
}

const QUARTER = iso(NEWEST - 10 * DAY_MS);
const HALF = iso(NEWEST - 20 * DAY_MS);
const FILTERS: Record<string, () => Partial<DeliveryFilter>> = {
  nothing: () => ({}),
  webhook: () => ({ webhookId: WEBHOOKS[0]!.id }),
  'another webhook': () => ({ webhookId: WEBHOOKS[7]!.id }),
  'no webhook': () => ({ webhookId: newId() }),
  succeeded: () => ({ status: 'SUCCESS' }),
  failed: () => ({ status: 'FAILED' }),
  retrying: () => ({ status: 'RETRYING' }),
  pending: () => ({ status: 'PENDING' }),
  'failed of a webhook': () => ({ webhookId: WEBHOOKS[1]!.id, status: 'FAILED' }),
  'a common type': () => ({ eventType: 'sale.created' }),
  'a rare type': () => ({ eventType: 'purchase_order.received' }),
  'no type': () => ({ eventType: 'nothing.happened' }),
  'an event': () => ({ eventId: rows[77]!.eventId }),
  'a message id': () => ({ messageId: 'sale-3' }),
  'a message id of a source': () => ({ messageId: 'sale-3', source: '/erp' }),
  'no message id': () => ({ messageId: 'sale-' }),
  'a source': () => ({ source: '/pos/1' }),
  'a subject': () => ({ subject: 'S-7' }),
  'a subject of a type': () => ({ subject: 'S-7', eventType: 'sale.created' }),
  'created after': () => ({ createdAfter: rows[100]!.createdAt }),
  'created before': () => ({ createdBefore: rows[2_400]!.createdAt }),
  'created within': () => ({ createdAfter: HALF, createdBefore: QUARTER }),
  'sent after': () => ({ sentAfter: QUARTER }),
  'sent just now': () => ({ sentAfter: iso(NEWEST - 30 * MINUTE_MS) }),
  'sent before': () => ({ sentBefore: HALF }),
  'sent within a day': () => ({ sentAfter: HALF, sentBefore: iso(Date.parse(HALF) + DAY_MS) }),
  'sent at a time': () => ({
    sentAfter: rows[500]!.sentAt ?? HALF,
    sentBefore: iso(Date.parse(rows[500]!.sentAt ?? HALF) + 1),
  }),
  'failed and sent after': () => ({ status: 'FAILED', sentAfter: HALF }),
  'created before and sent after': () => ({ createdBefore: HALF, sentAfter: HALF }),
};
const SEARCHES: Record<string, () => string> = {
  'a name': () => 'orders',
  'a name with signs of its own': () => '50%_',
  'a name and an error': () => 'the ',
  'a type': () => 'sale.created',
  'a part of types': () => 'CREATED',
  'a letter': () => 'e',
  'an error': () => 'answered 503',
  'an error with signs of its own': () => '100%_sure \\',
  'an event': () => rows[5]!.eventId,
  'an event in capitals': () => rows[5]!.eventId.toUpperCase(),
  'the beginning of an event': () => rows[9]!.eventId.slice(0, 13),
  'too little of an event': () => rows[9]!.eventId.slice(0, 7),
  'the end of an event': () => rows[9]!.eventId.slice(20),
  'a message id': () => 'sale-3',
  'a message id in capitals': () => 'SALE-3',
  'a subject': () => 'S-7',
  nothing: () => 'zzzzzz',
};
const SCOPES: Record<string, string | null> = { 'a tenant': 'tenant-1', 'every tenant': null };

describe.each(Object.keys(SCOPES))('over the deliveries of %s', (scope) => {
  const tenantId = SCOPES[scope]!;

  test.each(Object.keys(FILTERS))('a filter by %s lists what it says, page by page', async (name) => {
    const filter = { tenantId, ...FILTERS[name]!() };
    expect(await listed(filter, 50)).toEqual(expected(filter));
  });

  test.each(Object.keys(SEARCHES))('a search for %s finds what it says, page by page', async (name) => {
    const q = SEARCHES[name]!();
    const filter = { tenantId, q };
    expect(await listed(filter, 50)).toEqual(expected(filter));
    const also = { ...filter, status: 'FAILED', eventType: 'sale.created', sentAfter: HALF };
    expect(await listed(also, 20)).toEqual(expected(also));
    const ofOne = { ...filter, webhookId: WEBHOOKS[0]!.id };
    expect(await listed(ofOne, 20)).toEqual(expected(ofOne));
  });
});

test('any filters together list what they say together', async () => {
  for (let round = 0; round < 60; round++) {
    const [one, other] = [oneOf(Object.keys(FILTERS)), oneOf(Object.keys(FILTERS))];
    const q = random() < 0.5 ? {} : { q: SEARCHES[oneOf(Object.keys(SEARCHES))]!() };
    const filter = { tenantId: oneOf([null, ...TENANTS]), ...FILTERS[one]!(), ...FILTERS[other]!(), ...q };
    expect({ filter, ids: await listed(filter, 40) }).toEqual({ filter, ids: expected(filter) });
  }
});

test('a search finds the webhooks of a name however many there are', async () => {
  const many = [...WEBHOOKS.filter(({ name }) => name === 'Orders').map(({ id }) => id)];
  const webhookIdsByName = [...many, ...Array.from({ length: 1_500 }, () => newId())];
  const found = await reader.list({ tenantId: null, q: 'Orders', webhookIdsByName }, null, ROWS);
  const theirs = rows.filter(({ webhookId }) => many.includes(webhookId)).sort(byAge);
  expect(found.map(({ id }) => id)).toEqual(theirs.map(({ id }) => id));
});

test('a PostgreSQL without trigrams finds the same', async () => {
  await stored.orm.em.fork().execute('drop index deliveries_error_text');
  for (const q of ['answered 503', '100%_sure \\', 'zzzzzz']) {
    const filter = { tenantId: null, q };
    expect(await listed(filter, 50)).toEqual(expected(filter));
  }
});

test('pages stay as they are while deliveries are added', async () => {
  const before = expected({ tenantId: 'tenant-2' });
  const ids: string[] = [];
  const added: DeliveryRow[] = [];
  for (let last: DeliveryRow | undefined; ;) {
    const page = await reader.list({ tenantId: 'tenant-2' }, last ?? null, 60);
    ids.push(...page.map(({ id }) => id));
    last = page.at(-1);
    if (page.length < 60) break;
    // Also of messages of long ago, into partitions that were read already and such that were not.
    const createdAt = iso(NEWEST + added.length + 1);
    const day = iso(NEWEST - (added.length % DAYS) * DAY_MS).slice(0, 10);
    const row = deliveredRow({ createdAt, day, tenantId: 'tenant-2', kind: 'replay' });
    await stored.add([row]);
    added.push(row);
  }
  expect(ids).toEqual(before);
  const newest = await reader.list({ tenantId: 'tenant-2' }, null, added.length);
  expect(newest.map(({ id }) => id)).toEqual(added.toReversed().map(({ id }) => id));
});
