import { expect, test } from '@jest/globals';
import { canonicalHeaders, countOfRequests, requestsOfRecord } from '@signet/contracts';
import type { CanonicalMessage, RequestRecord, WebhookSnapshot } from '@signet/contracts';
import type { RecordBatch } from '@signet/kafka';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { fanOut } from './fan-out.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const limits = { now: Date.parse('2026-03-01T12:00:00Z'), retentionMs: 90 * DAY_MS };
const webhook = (ordering: WebhookSnapshot['ordering'] = 'none'): WebhookSnapshot => snapshotOf({ ordering });
const message = (n: number, fields: Partial<CanonicalMessage> = {}): CanonicalMessage => ({
  id: `m-${n}`,
  source: '/pos/1',
  type: 'sale.created',
  time: '2026-03-01T10:00:00Z',
  subject: `S-${n}`,
  tenantId: 't1',
  traceparent: undefined,
  data: Buffer.from(`{"n":${n}}`),
  ...fields,
});
const messages = (count: number): CanonicalMessage[] => Array.from({ length: count }, (_, n) => message(n));

/** The records that lead to, with the ids of the messages in each. */
async function routed(webhooks: readonly WebhookSnapshot[], all: readonly CanonicalMessage[]) {
  const directory = new WebhookDirectory();
  for (const one of webhooks) directory.put(one);
  const batch: RecordBatch = {
    topic: 'ingestion.sale.v1',
    partition: 0,
    signal: new AbortController().signal,
    setAside: () => undefined,
    records: all.map((one, n) => ({
      topic: 'ingestion.sale.v1',
      partition: 0,
      offset: String(n),
      key: null,
      value: one.data,
      headers: asRead(canonicalHeaders(one)),
      timestamp: 0,
    })),
  };
  const published: RequestRecord[] = [];
  const steps: { bytes: number }[] = [];
  const publishAll = (_topic: string, records: readonly unknown[]) => {
    published.push(...(records as RequestRecord[]));
    steps.push({ bytes: (records as RequestRecord[]).reduce((sum, { value }) => sum + value.length, 0) });
    return Promise.resolve();
  };
  const count = await fanOut(batch, directory, { publishAll }, limits);
  const records = published.map((record) => ({
    webhookId: record.key,
    bytes: record.value.length,
    count: countOfRequests(asRead(record.headers)),
    messages: requestsOfRecord({ ...record, key: Buffer.from(record.key), headers: asRead(record.headers) })?.map(
      (one) => one?.request.messageId,
    ),
  }));
  return { count, records, steps };
}
const asRead = (headers: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(String(text))]));
const ids = (from: number, to: number): string[] =>
  messages(to)
    .slice(from)
    .map(({ id }) => id);

test('messages that are routed together are one record for each webhook, in their order', async () => {
  const [one, two] = [webhook(), webhook()];
  const { count, records } = await routed([one, two], messages(3));
  expect(count).toBe(6);
  expect(records).toMatchObject([
    { webhookId: one.id, messages: ids(0, 3) },
    { webhookId: two.id, messages: ids(0, 3) },
  ]);
});

test('a record has 64 of them at most', async () => {
  const { records } = await routed([webhook()], messages(130));
  expect(records.map((record) => record.messages)).toEqual([ids(0, 64), ids(64, 128), ids(128, 130)]);
});

test('a record stays far below what Kafka takes, however large they are', async () => {
  const data = Buffer.from(JSON.stringify('x'.repeat(250_000)));
  const large = messages(5).map((one) => ({ ...one, data }));
  const { records } = await routed([webhook()], [message(9), ...large]);
  expect(records.map(({ count }) => count)).toEqual([2, 1, 1, 1, 1]);
  expect(Math.max(...records.map(({ bytes }) => bytes))).toBeLessThan(400_000);
});

test('for a webhook that asks for an order, each message has its own record, and so its own offset', async () => {
  const { records } = await routed([webhook('subject')], messages(3));
  expect(records.map((record) => record.messages)).toEqual([['m-0'], ['m-1'], ['m-2']]);
});

test('a message that dispatch will set aside takes no other message to the dead letters', async () => {
  const bad = message(1, { data: Buffer.from([0x22, 0xff, 0x22]) });
  const { records } = await routed([webhook()], [message(0), bad, message(2)]);
  expect(records.map((record) => record.messages)).toEqual([['m-0'], ['m-1'], ['m-2']]);
});

test('a large message for many webhooks is published step by step', async () => {
  const data = Buffer.from(JSON.stringify('x'.repeat(200_000)));
  const webhooks = Array.from({ length: 10 }, () => webhook());
  const { records, steps, count } = await routed(
    webhooks,
    messages(10).map((one) => ({ ...one, data })),
  );
  expect([count, records.length]).toEqual([100, 100]);
  expect(Math.max(...steps.map(({ bytes }) => bytes))).toBeLessThan(4_194_304 + 10 * 210_000);
  expect(records.filter(({ webhookId }) => webhookId === webhooks[3]!.id).flatMap((record) => record.messages)).toEqual(
    ids(0, 10),
  );
});
