import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newId, requestsOfRecord } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import type { DeadLetter, RecordBatch } from '@signet/kafka';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { RequestBundles } from '../fan-out/request-bundles.ts';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { asBatch } from '../testing/as-batch.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let service: DispatchService;
let webhook: WebhookSnapshot;
beforeEach(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start();
  service = await fixture.serve();
  webhook = fixture.webhook(receiver.url);
});
afterEach(async () => {
  await fixture?.close();
  await receiver?.close();
});

const GOOD = Array.from({ length: 30 }, (_, n) => `good-${n}`);
interface Message {
  readonly id: string;
  readonly fields?: object;
  readonly body?: Buffer;
}

/** One record with all of these messages, and the dead letters that it leads to. */
function bundle(messages: readonly Message[]): { batch: RecordBatch; aside: DeadLetter[] } {
  const bundles = new RequestBundles();
  for (const { id, fields = {}, body = Buffer.from(JSON.stringify({ data: { messageId: id } })) } of messages) {
    const said = { eventId: newId(), eventType: 'sale.created', source: '/test', messageId: id, acceptedAt: 0 };
    bundles.add(webhook, { json: JSON.stringify({ ...said, messageTime: '2026-03-01T10:00:00Z', ...fields }), body });
  }
  const aside: DeadLetter[] = [];
  const setAside = (record: DeadLetter['record'], why: DeadLetter['why']) => void aside.push({ record, why });
  return { batch: { ...asBatch(bundles.take(), 7), setAside }, aside };
}
const delivered = (): string[] =>
  receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: { messageId: string } }).data.messageId);

test.each<[string, string, Omit<Message, 'id'>]>([
  ['has a time in the year 0', 'time_out_of_range', { fields: { messageTime: '0000-01-01T00:00:00Z' } }],
  ['has the last second of 9999', 'time_out_of_range', { fields: { messageTime: '9999-12-31T23:59:59Z' } }],
  ['has a year of five digits', 'not_a_delivery_request', { fields: { messageTime: '+058881-01-01T00:00:00Z' } }],
  ['was accepted at no time', 'not_a_delivery_request', { fields: { acceptedAt: 1e20 } }],
  ['has no time', 'not_a_delivery_request', { fields: { messageTime: undefined } }],
  ['has a number for its source', 'not_a_delivery_request', { fields: { source: 7 } }],
  ['has an event id that is no UUID', 'not_a_delivery_request', { fields: { eventId: 'x' } }],
  ['has a NUL in its source', 'not_storable', { fields: { source: '/a\0b' } }],
  ['has half of a character in its subject', 'not_storable', { fields: { subject: '\ud800' } }],
  ['has a NUL byte in its body', 'not_storable', { body: Buffer.from('{"data":"\0"}') }],
  ['has a body that is not UTF-8', 'body_not_utf8', { body: Buffer.from([0x22, 0xff, 0x22]) }],
])('of a bundle the message that %s is set aside alone, unsent', async (_what, reason, odd) => {
  const messages: Message[] = GOOD.map((id) => ({ id }));
  messages.splice(11, 0, { id: 'odd', ...odd });
  const { batch, aside } = bundle(messages);
  await service.intake.take(batch);
  await waitFor(() => delivered().length >= GOOD.length, { what: 'the good ones' });
  expect(delivered().toSorted()).toEqual(GOOD.toSorted());
  expect(await fixture.reader.list({ tenantId: null, status: 'SUCCESS' }, null, 100)).toHaveLength(GOOD.length);
  expect(aside.map(({ why }) => why.reason)).toEqual([reason]);
  // A record that can be put back, with its own place and that message only.
  const [letter] = aside;
  expect(letter?.record).toMatchObject({ topic: 'delivery.requests.v1', offset: '7', key: Buffer.from(webhook.id) });
  expect(requestsOfRecord(letter!.record)).toHaveLength(1);
  expect(JSON.parse(String(letter!.record.headers['signet-messages']))).toHaveLength(1);
});

test('a message that was set aside is delivered when its header is mended and it is put back', async () => {
  const { batch, aside } = bundle([
    { id: 'good' },
    { id: 'late', fields: { messageTime: '9999-12-31T23:59:59Z' } },
    { id: 'other' },
  ]);
  await service.intake.take(batch);
  const { record } = aside[0]!;
  const said = JSON.parse(String(record.headers['signet-messages'])) as object[];
  const mended = Buffer.from(JSON.stringify([{ ...said[0], messageTime: '2026-03-01T10:00:00Z' }]));
  const headers = { ...record.headers, 'signet-messages': mended };
  await service.intake.take({ ...batch, records: [{ ...record, headers, offset: '8' }] });
  await waitFor(() => delivered().includes('late'), { what: 'the one that was put back' });
  expect(delivered().toSorted()).toEqual(['good', 'late', 'other']);
});

test('requests by themselves in a batch are no different', async () => {
  const { batch, aside } = bundle([{ id: 'good' }]);
  const bad = bundle([{ id: 'odd', fields: { messageTime: '0000-01-01T00:00:00Z' } }]).batch;
  await service.intake.take({ ...batch, records: [...bad.records, ...batch.records] });
  await waitFor(() => delivered().length > 0, { what: 'the good one' });
  expect(aside.map(({ why }) => why.reason)).toEqual(['time_out_of_range']);
});
