import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import type { ReceivedRequest } from '@signet/testing';
import { Api, saleCreated } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const MESSAGES = 2_000;
const BATCH = 100;

let signet: Signet;
let local: LocalFile;

beforeAll(async () => {
  signet = await Signet.start();
  local = await signet.local();
});
afterAll(() => signet?.stopAndForget(), 60_000);

test.each(['delivery', 'ingestion', 'registry'] as const)(
  'kill -9 of %s with 2,000 messages on the way: every message arrives, repeats at most what was in flight',
  async (service) => {
    // Slow enough that the service is killed while deliveries are under way.
    const receiver = await RecordingReceiver.start({ respond: () => ({ delayMs: 5 }) });
    const tenant = Api.tenant(local);
    const webhook = await tenant.register(receiver.url, { events: ['sale.created'] });
    const producer = Api.producer(local);
    await waitFor(
      async () => {
        await producer.publish(local.tenantId, `routable-${service}-${Date.now()}`);
        return receiver.requests.length > 0;
      },
      { what: 'the webhook to be routable' },
    );
    const ids = Array.from({ length: MESSAGES }, (_, index) => `${service}-${index}`);
    let returned: Promise<void> | undefined;
    for (let start = 0; start < MESSAGES; start += BATCH) {
      await publishUntilAccepted(producer, ids.slice(start, start + BATCH));
      if (start === MESSAGES / 2) returned = signet.killAndAwaitReturn(service);
    }
    const arrivals = await waitFor(
      () => {
        const counts = countBySale(receiver.requests);
        return ids.every((id) => counts.has(id)) && counts;
      },
      { what: 'every message to arrive', timeoutMs: 90_000 },
    );
    await returned;
    const repeats = ids.reduce((sum, id) => sum + (arrivals.get(id) ?? 0) - 1, 0);
    expect(repeats).toBeLessThanOrEqual(service === 'delivery' ? IN_FLIGHT : 0);
    await tenant.call('DELETE', `/v1/webhooks/${webhook.id}`);
    await receiver.close();
  },
  180_000,
);

function countBySale(requests: readonly ReceivedRequest[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { body } of requests) {
    const { saleId } = (JSON.parse(body.toString()) as { data: { saleId: string } }).data;
    counts.set(saleId, (counts.get(saleId) ?? 0) + 1);
  }
  return counts;
}

/**
 * The most POSTs that can be repeated: 8 at once to one webhook, and the deliveries that one statement of the
 * recorder holds.
 */
const IN_FLIGHT = 8 + 500;

/**
 * Publishes as a careful producer does: events that were not acknowledged are sent again; the same id makes it the
 * same message.
 */
async function publishUntilAccepted(producer: Api, ids: readonly string[]): Promise<void> {
  const events = ids.map((id) => saleCreated(local.tenantId, id));
  await waitFor(() => producer.publishBatch(events).then(() => true), {
    what: 'the batch to be accepted',
  });
}
