import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { hostileAnswers, rawReceiver, RecordingReceiver, waitFor } from '@signet/testing';
import type { DeliveryRow } from '../delivery/storage/delivery.projection.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { hostileReceivers } from '../testing/hostile-receivers.ts';
import type { HostileReceiver, HostileReceivers } from '../testing/hostile-receivers.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

const MIB = 1024 * 1024;
const ROUNDS = 15;
let hostile: HostileReceivers;
let healthy: RecordingReceiver;
let fixture: DispatchFixture;
let service: DispatchService;

beforeEach(async () => {
  hostile = await hostileReceivers();
  healthy = await RecordingReceiver.start();
  fixture = await DispatchFixture.create({ egress: hostile.egress });
  service = await fixture.serve();
});
afterEach(async () => {
  await fixture?.close();
  await healthy?.close();
  await hostile?.close();
});

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);
const send = (webhook: WebhookSnapshot, count: number): Promise<void> =>
  service.intake.take(requestBatch(webhook, numbers(count)));
const deliveriesOf = ({ id }: WebhookSnapshot): Promise<DeliveryRow[]> =>
  fixture.reader.list({ tenantId: null, webhookId: id }, null, 1_000);
const ended = (webhook: WebhookSnapshot, count: number): Promise<DeliveryRow[]> =>
  waitFor(
    async () => {
      const rows = await deliveriesOf(webhook);
      return rows.length === count && rows.every(({ completedAt }) => completedAt !== null) && rows;
    },
    { what: `the ends of ${count} deliveries to ${webhook.name}` },
  );
/**
 * Only the hanging receivers get a short time-out: on a busy machine, thirty receivers at once would make the others time
 * out, too.
 */
const webhooksOf = (maxAttempts: number, timeoutMs: number): [HostileReceiver, WebhookSnapshot][] =>
  hostile.all.map((receiver) => {
    const requestTimeoutMs = receiver.errorClass === 'timeout' ? timeoutMs : 15_000;
    return [receiver, fixture.webhook(receiver.url, { name: receiver.does, maxAttempts, requestTimeoutMs })];
  });

test('each hostile receiver becomes a recorded failure with its class and a sentence; the healthy one does not notice', async () => {
  expect(hostile.all.length).toBeGreaterThanOrEqual(20);
  const bad = webhooksOf(2, 1_500);
  const good = fixture.webhook(healthy.url);
  await Promise.all([...bad.map(([, webhook]) => send(webhook, 1)), send(good, 200)]);

  expect(await ended(good, 200)).toEqual(
    Array.from({ length: 200 }, () => expect.objectContaining({ status: 'SUCCESS', attemptCount: 1 })),
  );
  expect(healthy.requests).toHaveLength(200);
  for (const [{ does, errorClass, message }, webhook] of bad) {
    const [row] = await ended(webhook, 1);
    const errorMessage = typeof message === 'string' ? message : expect.stringMatching(message);
    expect({ does, ...row }).toMatchObject({ does, status: 'FAILED', attemptCount: 2, errorClass, errorMessage });
    const record = await fixture.reader.find(row!.id, null);
    const [, first, second] = record!.events;
    const failed = { type: 'DeliveryAttemptFailed', data: { errorClass, errorMessage, fault: 'receiver' } };
    expect(record!.events).toHaveLength(3);
    // The first attempt left the delivery RETRYING, the second was its last.
    expect(first).toMatchObject({ ...failed, data: { ...failed.data, nextAttemptAt: expect.any(String) } });
    expect(second).toMatchObject({ ...failed, data: { ...failed.data, nextAttemptAt: null } });
  }
});

test.each([
  ['answers 200 without end', hostileAnswers.endlessBody('200 OK'), 200, 10_240],
  ['answers 200 with a gzip bomb', hostileAnswers.gzipBomb('200 OK'), 200, 10_240],
  ['sends more than its content-length', hostileAnswers.longerThanItsLength, 200, 5],
  ['sends a body with its 204', hostileAnswers.bodyAfter204, 204, 0],
])('a receiver that %s has said yes, and no more of it is kept than may be', async (does, answer, status, bytes) => {
  const receiver = await rawReceiver(answer);
  const webhook = fixture.webhook(receiver.url, { name: does });
  await send(webhook, 3);
  for (const row of await ended(webhook, 3)) {
    expect(row).toMatchObject({ status: 'SUCCESS', attemptCount: 1, responseStatusCode: status });
    const record = await fixture.reader.find(row.id, null);
    const { response } = record!.events[1]!.data as { response: { body: string; bodyTruncated: boolean } };
    expect(response.bodyTruncated).toBe(bytes === 10_240);
    expect(response.body).not.toContain('poison');
    expect(Buffer.byteLength(response.body)).toBeLessThanOrEqual(bytes);
  }
  await receiver.close();
});

/** Bytes of the heap, and of what hangs on it outside. */
const heapBytes = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('memory stays flat, round after round', async () => {
  const good = fixture.webhook(healthy.url);
  const used: number[] = [];
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, heapBytes())), 10);
  for (let round = 0; round < ROUNDS; round++) {
    const bad = webhooksOf(1, 300);
    const messages = numbers(20).map((id) => `${round}/${id}`);
    await Promise.all([
      ...bad.map(([, webhook]) => send(webhook, 4)),
      service.intake.take(requestBatch(good, messages)),
    ]);
    for (const [, webhook] of bad) {
      await ended(webhook, 4);
      fixture.directory.remove(webhook.id);
    }
    hostile.forget();
    collectGarbage();
    used.push(heapBytes());
  }
  clearInterval(watch);
  const statuses = (await deliveriesOf(good)).map(({ status }) => status);
  expect(statuses).toEqual(Array.from({ length: ROUNDS * 20 }, () => 'SUCCESS'));
  // The first rounds fill caches and compile code. One body that were read whole or unpacked would be 64 MiB.
  const [, , warm = 0] = used;
  expect(used.at(-1)! - warm).toBeLessThan(8 * MIB);
  expect(peak - warm).toBeLessThan(160 * MIB);
});
