import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { RecordingReceiver } from '@signet/testing';
import type { ReceiverAnswer } from '@signet/testing';
import { deliveryDetailAnswer } from '../delivery/http/delivery.answers.ts';
import type { AttemptFacts } from '../delivery/delivery.events.ts';
import { detailView } from '../delivery/http/delivery.view.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

const LIMIT = 10_240;
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let service: DispatchService;
let answer: ReceiverAnswer = {};
beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => answer });
  service = await fixture.serve();
});
afterAll(async () => {
  await receiver.close();
  await fixture.close();
});

/** What the record of the attempt holds, what the API shows, and the bytes of the text. */
async function kept(given: ReceiverAnswer, credentials: Record<string, string> = {}) {
  answer = given;
  const webhook = fixture.webhook(receiver.url, { id: newId(), headers: credentials });
  await service.intake.take(requestBatch(webhook, [newId()]));
  const [row] = await fixture.reader.list({ tenantId: null, webhookId: webhook.id }, null, 1);
  const record = (await fixture.reader.find(row!.id, null))!;
  const { response } = record.events.at(-1)!.data as AttemptFacts;
  const shown = deliveryDetailAnswer.parse(
    detailView(record, { nameOf: () => null, probeTimes: new Map(), heldPartitions: new Map(), now: new Date() }),
  );
  expect(shown).toMatchObject({ responseBody: response!.body, responseBodyTruncated: response!.bodyTruncated });
  return { ...response!, bytes: Buffer.byteLength(response!.body) };
}

test.each([
  ['of exactly 10,240 bytes', Buffer.from('x'.repeat(LIMIT)), 'x'.repeat(LIMIT), false],
  ['of one byte more', Buffer.from('x'.repeat(LIMIT + 1)), 'x'.repeat(LIMIT), true],
  ['cut within an ä', Buffer.from(`x${'ä'.repeat(6_000)}`), `x${'ä'.repeat(5_119)}`, true],
  ['cut within an emoji', Buffer.from(`xyz${'🙂'.repeat(3_000)}`), `xyz${'🙂'.repeat(2_559)}`, true],
  ['of a few bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62]), 'a\ufffd\ufffd\u0000b', false],
  ['in Latin-1', Buffer.from('Stück', 'latin1'), 'St\ufffdck', false],
  ['of which the end is missing', Buffer.from('für').subarray(0, 2), 'f\ufffd', false],
  ['of 5,000 bytes that become three each', Buffer.alloc(5_000, 0xff), '\ufffd'.repeat(3_413), true],
  ['of 20,000 bytes that become three each', Buffer.alloc(20_000, 0xff), '\ufffd'.repeat(3_413), true],
])('a body %s is kept as text of at most 10,240 bytes', async (_what, body, text, isTruncated) => {
  const { body: recorded, bodyTruncated, bytes } = await kept({ body });
  expect(recorded).toBe(text);
  expect(bodyTruncated).toBe(isTruncated);
  expect(bytes).toBeLessThanOrEqual(LIMIT);
});

test('a credential that is sent back among bytes that are no UTF-8 is hidden before the cut', async () => {
  const token = 'a-token-of-the-tenant';
  const body = Buffer.concat([Buffer.alloc(3_410, 0xff), Buffer.from(token), Buffer.alloc(100, 0xff)]);
  const { body: recorded, bytes } = await kept({ body }, { 'x-api-key': token });
  expect(recorded).toBe(`${'\ufffd'.repeat(3_410)}***${'\ufffd'.repeat(2)}`);
  expect(bytes).toBeLessThanOrEqual(LIMIT);
});
