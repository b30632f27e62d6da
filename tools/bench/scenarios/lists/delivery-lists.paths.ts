import { createHash } from 'node:crypto';
import type { Api } from '../../../dev/demo/api.ts';

interface Delivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
}
interface Page {
  readonly data: readonly Delivery[];
  readonly nextCursor: string | null;
}

/** The id of a name in the seed. */
const idOf = (name: string): string =>
  createHash('md5')
    .update(name)
    .digest('hex')
    .replace(/(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-5$3-a$4-');
/** Its deliveries have a log. */
const WITH_LOG = idOf('many-webhook-0-7');
const AGES = [0, 3, 30, 80];

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Requests about the deliveries of `many-deliveries.sql`, by kind. Their cursors and ids come from what the given key may see. */
export async function deliveryLists(api: Api): Promise<Record<string, readonly string[]>> {
  const now = Date.now();
  const ago = (days: number): string => new Date(now - days * DAY_MS).toISOString();
  const later = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString();
  const page = async (query: string): Promise<Page> => (await api.get<Page>(`/v1/deliveries?${query}`)).body;
  // One delivery of each age: an old partition must be found as fast as today's.
  const firstOf = async (query: string): Promise<Delivery> => (await page(`limit=1&${query}`)).data[0]!;
  const samples = await Promise.all(AGES.map((days) => firstOf(`createdBefore=${ago(days)}`)));
  const withLog = await Promise.all(AGES.map((days) => firstOf(`webhookId=${WITH_LOG}&createdBefore=${ago(days)}`)));
  const [newest, recent, older, oldest] = samples as [Delivery, Delivery, Delivery, Delivery];
  const cursors = await Promise.all(
    [1, 10, 45, 85].map(async (days) => (await page(`limit=1&createdBefore=${ago(days)}`)).nextCursor ?? ''),
  );
  const list = (queries: readonly string[]): string[] => queries.map((query) => `/v1/deliveries?${query}`);
  return {
    list: list(['', 'limit=200', `webhookId=${newest.webhookId}`, `webhookId=${oldest.webhookId}&limit=200`]),
    'deep page': list(cursors.flatMap((cursor) => [`cursor=${cursor}`, `limit=200&cursor=${cursor}`])),
    filter: list([
      'status=SUCCESS',
      'status=FAILED',
      'status=RETRYING',
      'status=PENDING&limit=200',
      `webhookId=${newest.webhookId}&status=FAILED`,
      `webhookId=${older.webhookId}&status=PENDING`,
      'eventType=sale.created',
      'eventType=purchase_order.received',
      'eventType=repair_order.created',
      'eventType=webhook.disabled&status=FAILED',
      `eventId=${newest.eventId}`,
      `eventId=${oldest.eventId}`,
      `createdAfter=${ago(1)}`,
      `createdBefore=${ago(70)}&limit=200`,
      `createdAfter=${ago(50)}&createdBefore=${later(ago(50), 5 * MINUTE_MS)}`,
      `sentAfter=${later(ago(0), -5 * MINUTE_MS)}`,
      `sentBefore=${ago(70)}`,
      `sentAfter=${ago(50)}&sentBefore=${later(ago(50), MINUTE_MS)}`,
      `sentAfter=${ago(30)}&status=RETRYING`,
      `createdBefore=${ago(20)}&sentAfter=${ago(20)}`,
    ]),
    'search, hits': list([
      'q=orders',
      'q=accounting&status=FAILED',
      'q=sale.refunded',
      'q=created',
      'q=answered%20500',
      'q=the',
      'q=econnrefused&limit=200',
      `q=${recent.eventId}`,
    ]),
    'search, rare or no hits': list([
      'q=purchase_order.received&status=RETRYING',
      'q=repair_order.created&status=PENDING',
      'q=altname_invalid',
      'q=orders%20ab',
      'q=10000%20ms&status=RETRYING',
      'q=zzzzzz',
      `q=${older.eventId}`,
      `q=${oldest.eventId.slice(0, 13)}`,
      '&q=ffffffff-ffff',
    ]),
    failures: [
      '',
      `?createdAfter=${ago(7)}`,
      `?createdAfter=${ago(88)}&limit=200`,
      `?webhookId=${newest.webhookId}`,
    ].map((query) => `/v1/failures${query}`),
    'one by id': withLog.map(({ id }) => `/v1/deliveries/${id}`),
  };
}
