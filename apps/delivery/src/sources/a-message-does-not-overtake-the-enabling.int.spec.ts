import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bundleRecord, deliveryIdOf, eventIdOf, newId, requestRecord } from '@signet/contracts';
import type { BundledMessage, DeliveryRequest, RequestRecord, WebhookSnapshot } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { asBatch } from '../testing/as-batch.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let dispatch: DispatchService;
let offset = 0;

beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start();
  dispatch = await fixture.serve();
});
afterAll(async () => {
  await fixture.close();
  await receiver.close();
});

const bundled = (): BundledMessage => {
  const message = { source: '/pos/1', id: newId() };
  const time = new Date().toISOString();
  const said = { eventType: 'sale.created', source: message.source, messageId: message.id, messageTime: time };
  return { ...said, eventId: eventIdOf(message), acceptedAt: Date.parse(time) };
};
const body = Buffer.from('{"type":"sale.created","data":{}}');
const requestOf = ({ id: webhookId, tenantId }: WebhookSnapshot, kind: DeliveryRequest['kind']): DeliveryRequest => {
  const message = bundled();
  const deliveryId = deliveryIdOf(webhookId, { source: message.source, id: message.messageId });
  return { ...message, deliveryId, webhookId, tenantId, kind };
};
const take = (record: RequestRecord): Promise<void> => dispatch.intake.take(asBatch([record], (offset += 1)));
const disabled = (path: string): WebhookSnapshot =>
  fixture.webhook(`${receiver.url}/${path}`, { isActive: false, version: 2 });
const statusOf = async (webhook: WebhookSnapshot): Promise<string | undefined> =>
  (await fixture.reader.list({ tenantId: null, webhookId: webhook.id }, null, 1))[0]?.status;
const arrivedAt = (path: string): boolean => receiver.requests.some((request) => request.path === `/${path}`);

test.each([
  ['a test', (webhook: WebhookSnapshot) => requestRecord({ request: requestOf(webhook, 'test'), body }, 3)],
  ['a message', (webhook: WebhookSnapshot) => requestRecord({ request: requestOf(webhook, 'message'), body }, 3)],
  [
    'a bundle of messages',
    (webhook: WebhookSnapshot) => bundleRecord({ ...webhook, version: 3 }, [{ json: JSON.stringify(bundled()), body }]),
  ],
])('%s whose sender has read that the webhook was enabled waits until dispatch has read it', async (name, recordOf) => {
  const path = name.replaceAll(' ', '-');
  const webhook = disabled(path);
  const taken = take(recordOf(webhook));
  // When this one has arrived, the other would have ended as disabled long ago.
  const other = fixture.webhook(`${receiver.url}/beside-${path}`);
  await take(requestRecord({ request: requestOf(other, 'message'), body }));
  expect(await statusOf(other)).toBe('SUCCESS');
  expect(await statusOf(webhook)).toBeUndefined();
  fixture.directory.put({ ...webhook, isActive: true, version: 3 });
  await taken;
  await waitFor(() => arrivedAt(path), { what: 'the request' });
  await waitFor(async () => (await statusOf(webhook)) === 'SUCCESS', { what: 'its success' });
});

test('a delivery ends as disabled if its sender had not read of an enabling either', async () => {
  const webhook = disabled('off');
  await take(requestRecord({ request: requestOf(webhook, 'message'), body }, 2));
  expect(await statusOf(webhook)).toBe('FAILED');
  await take(requestRecord({ request: requestOf(webhook, 'message'), body }));
  expect(arrivedAt('off')).toBe(false);
});

test('a snapshot that never comes holds the partition up for seconds only', async () => {
  const webhook = disabled('never');
  await take(requestRecord({ request: requestOf(webhook, 'message'), body }, 99));
  expect(await statusOf(webhook)).toBe('FAILED');
});
