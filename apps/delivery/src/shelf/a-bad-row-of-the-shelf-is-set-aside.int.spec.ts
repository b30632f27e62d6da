import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { serialize } from 'node:v8';
import { zstdCompressSync } from 'node:zlib';
import { RequestBundles } from '../fan-out/request-bundles.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { asBatch, PARTITION } from '../testing/as-batch.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let webhook: WebhookSnapshot;
beforeEach(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start();
  webhook = fixture.webhook(receiver.url);
});
afterEach(async () => {
  await fixture?.close();
  await receiver?.close();
});

async function shelve(bytes: Buffer, count = 1): Promise<void> {
  await fixture.orm.em
    .fork()
    .execute('insert into shelved_requests (partition, webhook_id, count, requests) values (?, ?, ?, ?)', [
      PARTITION,
      webhook.id,
      count,
      bytes,
    ]);
}
const packed = (records: readonly KafkaRecord[]): Buffer => zstdCompressSync(serialize(records));
const successes = async (): Promise<number> =>
  (await fixture.reader.list({ tenantId: null, status: 'SUCCESS' }, null, 100)).length;

test.each<[string, Buffer]>([
  ['damaged', Buffer.from('no zstd')],
  ['cut off', packed(requestBatch(snapshot(), ['m']).records).subarray(0, 40)],
  ['of another format', zstdCompressSync(Buffer.from('{"records":[]}'))],
  ['of something else', zstdCompressSync(serialize({ records: 1 }))],
  ['of records without offsets', zstdCompressSync(serialize([{ key: null, value: null, headers: {} }]))],
])('a row whose bytes are %s is set aside with its reason, and the rows behind it go on', async (_what, bytes) => {
  await shelve(bytes);
  await shelve(packed(requestBatch(webhook, ['m-1', 'm-2']).records), 2);
  const service = await fixture.serve();
  await waitFor(async () => (await successes()) === 2, { what: 'the row behind it' });
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'the shelf to be empty' });
  expect(fixture.deadLetters.map(({ record, why }) => [String(record.key), record.value, why.reason])).toEqual([
    [webhook.id, null, 'shelved_row_unreadable'],
  ]);
  const kept = await fixture.orm.em
    .fork()
    .execute<{ requests: Buffer; reason: string }[]>('select requests, reason from unreadable_shelved_requests');
  expect(kept).toEqual([{ requests: bytes, reason: expect.stringContaining('The row cannot be read') }]);
});

test('if a row has a bad message, only that message is set aside, and the others are sent', async () => {
  const bundles = new RequestBundles();
  const add = (id: string, fields: object): void =>
    bundles.add(webhook, {
      json: JSON.stringify({
        ...{ eventId: newId(), eventType: 'sale.created', source: '/test', messageId: id, acceptedAt: 0 },
        ...{ messageTime: '2026-03-01T10:00:00Z', ...fields },
      }),
      body: Buffer.from(JSON.stringify({ data: { messageId: id } })),
    });
  add('good-1', {});
  add('odd', { messageTime: '0000-01-01T00:00:00Z' });
  add('good-2', {});
  await shelve(packed(asBatch(bundles.take(), 5).records), 3);
  const service = await fixture.serve();
  await waitFor(async () => (await successes()) === 2, { what: 'the good ones' });
  await waitFor(async () => (await service.shelvedRequests()) === 0, { what: 'the shelf to be empty' });
  expect(receiver.requests).toHaveLength(2);
  expect(fixture.deadLetters.map(({ record, why }) => [record.offset, String(record.value), why.reason])).toEqual([
    ['5', '[{"data":{"messageId":"odd"}}]', 'time_out_of_range'],
  ]);
});

/** Before the fixture is there. */
function snapshot(): WebhookSnapshot {
  return { id: newId(), tenantId: 'tenant-1' } as WebhookSnapshot;
}
