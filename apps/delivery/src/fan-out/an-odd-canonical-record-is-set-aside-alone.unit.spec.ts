import { expect, test } from '@jest/globals';
import { canonicalHeaders, canonicalTimeLimits, CE, requestsOfRecord } from '@signet/contracts';
import type { CanonicalMessage, RequestRecord } from '@signet/contracts';
import type { KafkaRecord, SetAsideReason } from '@signet/kafka';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { fanOut } from './fan-out.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-03-01T12:00:00Z');
const limits = canonicalTimeLimits({ now, retentionMs: 90 * DAY_MS });
const GOOD = 30;

const webhook = snapshotOf({});
const directory = new WebhookDirectory();
directory.put(webhook);

const message = (n: number): CanonicalMessage => ({
  id: `m-${n}`,
  source: '/pos/1',
  type: 'sale.created',
  time: '2026-03-01T10:00:00Z',
  subject: 'S-1',
  tenantId: webhook.tenantId,
  traceparent: undefined,
  data: Buffer.from('{}'),
});
const record = (n: number, change: Readonly<Record<string, string | Buffer>> = {}, timestamp = now): KafkaRecord => ({
  topic: 'ingestion.sale.v1',
  partition: 0,
  offset: String(n),
  key: null,
  value: message(n).data,
  headers: asRead({ ...canonicalHeaders(message(n)), ...change }),
  timestamp,
});
const asRead = (headers: Readonly<Record<string, string | Buffer>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text as string)]));

async function fannedOut(records: readonly KafkaRecord[]) {
  const setAside: [offset: string, why: SetAsideReason][] = [];
  const published: RequestRecord[] = [];
  await fanOut(
    {
      topic: 'ingestion.sale.v1',
      partition: 0,
      signal: new AbortController().signal,
      setAside: ({ offset }, why) => void setAside.push([offset, why]),
      records,
    },
    directory,
    { publishAll: (_topic, all) => Promise.resolve(void published.push(...(all as unknown as RequestRecord[]))) },
    limits,
  );
  const requests = published.flatMap(
    (one) => requestsOfRecord({ ...one, key: Buffer.from(one.key), headers: asRead(one.headers) }) ?? [],
  );
  return { setAside, requests: requests.flatMap((one) => (one ? [one.request] : [])) };
}

test.each<[what: string, change: Readonly<Record<string, string | Buffer>>, reason: string, field: string]>([
  ['the year 0', { [CE.time]: '0000-01-01T00:00:00Z' }, 'time_out_of_range', CE.time],
  ['the year 9999', { [CE.time]: '9999-12-31T23:59:59Z' }, 'time_out_of_range', CE.time],
  ['a time ten years ahead', { [CE.time]: '2036-03-01T12:00:00Z' }, 'time_out_of_range', CE.time],
  ['a time of 1970', { [CE.time]: '1970-01-01T00:00:00Z' }, 'time_out_of_range', CE.time],
  ['a time in words', { [CE.time]: 'yesterday' }, 'not_a_canonical_message', CE.time],
  ['NUL in the subject', { [CE.subject]: 'S\0' }, 'not_a_canonical_message', CE.subject],
  ['an id that is not UTF-8', { [CE.id]: Buffer.from([0xff]) }, 'not_a_canonical_message', CE.id],
  ['no tenant id', { [CE.tenantId]: 'a b' }, 'not_a_canonical_message', CE.tenantId],
])('%s is set aside with its reason, and the thirty others go on', async (_what, change, reason, field) => {
  const good = Array.from({ length: GOOD }, (_, n) => record(n));
  const { setAside, requests } = await fannedOut([...good.slice(0, 15), record(GOOD, change), ...good.slice(15)]);
  expect(setAside).toEqual([[String(GOOD), expect.objectContaining({ reason, field })]]);
  expect(requests.map(({ messageId }) => messageId)).toEqual(good.map(({ offset }) => `m-${offset}`));
});

test.each([-1, 0, now / 1_000, now * 1_000, now * 1_000_000])(
  'a record timestamp of %d is no time of acceptance: the present is',
  async (timestamp) => {
    const { setAside, requests } = await fannedOut([record(1, {}, timestamp)]);
    expect([setAside, requests.map(({ acceptedAt }) => acceptedAt)]).toEqual([[], [now]]);
  },
);

test('a record that has lain on the topic for five days keeps its time of acceptance', async () => {
  const { requests } = await fannedOut([record(1, {}, now - 5 * DAY_MS)]);
  expect(requests).toMatchObject([{ acceptedAt: now - 5 * DAY_MS }]);
});
