import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;

beforeEach(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({
    respond: (_request, index) => ({ status: index < 2 ? 500 : 200, body: 'before\u0000after' }),
  });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

test("a receiver's answer may hold a NUL: it is recorded as it was, and retries go on", async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { intake } = await fixture.serve();
  const webhook = fixture.webhook(receiver.url);
  await intake.take(requestBatch(webhook, ['m-1'], undefined, { traceparent }));
  const [row] = await waitFor(
    async () => {
      const rows = await fixture.reader.list({ tenantId: null }, null, 1);
      return rows[0]?.status === 'SUCCESS' && rows;
    },
    { what: 'the third attempt' },
  );
  expect(receiver.requests.map(({ headers }) => headers['traceparent'])).toEqual(Array(3).fill(traceparent));
  const record = await fixture.reader.find(row!.id, 'tenant-1');
  expect(record?.events[1]?.data).toMatchObject({ response: { body: 'before\u0000after' } });
});
