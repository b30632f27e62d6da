import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import type { Delivery } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const SCHEDULE_MS = [1_000, 2_000, 3_000];
const ALERTS = ['webhook.failing', 'webhook.disabled', 'webhook.recovered'];
interface Alert {
  readonly type: string;
  readonly data: { readonly webhookId: string; readonly consecutiveFailures: number };
}

let signet: Signet;
let local: LocalFile;
let tenant: Api;

beforeAll(async () => {
  signet = await Signet.start({ SIGNET_RETRY_SCHEDULE: '1s,2s,3s', SIGNET_RETRY_JITTER: '0' });
  local = await signet.local();
  tenant = Api.tenant(local);
});
afterAll(() => signet?.stopAndForget(), 60_000);

const onlyDelivery = async (webhookId: string): Promise<Delivery | undefined> =>
  (await tenant.deliveries({ webhookId }))[0];

test('500, 500, 200: PENDING, RETRYING, SUCCESS with three attempts on schedule', async () => {
  const seen = new Set<string>();
  const answers = [500, 500, 200];
  // The first answer takes long enough that the delivery can be seen as PENDING.
  const receiver = await RecordingReceiver.start({
    respond: (_request, index) => ({
      status: answers[index] ?? 200,
      delayMs: index === 0 ? 3_000 : 0,
      body: `answer ${index + 1}`,
    }),
  });
  const webhook = await tenant.register(receiver.url);
  // The event is published until its delivery appears, since the webhook may not be routed yet. The same id makes it
  // the same message, so there is one delivery.
  await waitFor(
    async () => {
      await Api.producer(local).publish(local.tenantId, 'retried-1');
      return onlyDelivery(webhook.id);
    },
    { what: 'the webhook to be routable' },
  );
  const delivery = await waitFor(
    async () => {
      const now = await onlyDelivery(webhook.id);
      if (now) seen.add(now.status);
      return now?.status === 'SUCCESS' ? now : undefined;
    },
    { what: 'the delivery to succeed' },
  );
  expect([...seen]).toEqual(['PENDING', 'RETRYING', 'SUCCESS']);
  expect(delivery).toMatchObject({ attemptCount: 3, maxAttempts: 5, responseStatusCode: 200, errorMessage: null });

  const attempts = await tenant.attempts(delivery.id);
  expect(attempts.map(({ response }) => response?.statusCode)).toEqual([500, 500, 200]);
  expect(attempts.map(({ response }) => response?.body)).toEqual(['answer 1', 'answer 2', 'answer 3']);
  for (const [index, attempt] of attempts.entries()) {
    const received = receiver.requests[index]!;
    expect(attempt.request).toMatchObject({
      method: 'POST',
      url: `${String(webhook['url'])}/`,
      body: received.body.toString(),
    });
    expect(attempt.request.headers['webhook-signature']).toBe(received.headers['webhook-signature']);
    const next = attempts[index + 1];
    if (!next) continue;
    // The attempt was due at the time of the schedule and did not start earlier; how soon after depends on the
    // machine.
    const dueAt = Date.parse(String(attempt['nextAttemptAt']));
    expect(dueAt - Date.parse(attempt.endedAt)).toBe(SCHEDULE_MS[index]!);
    expect(Date.parse(next.startedAt)).toBeGreaterThanOrEqual(dueAt);
  }
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  await tenant.call('DELETE', `/v1/webhooks/${webhook.id}`);
  await receiver.close();
});

test('always 500: five attempts, alerts at 3, 5 and 10, disabled at the 10th, nothing more until enabled', async () => {
  let status = 500;
  const receiver = await RecordingReceiver.start({ respond: () => ({ status }) });
  const webhook = await tenant.register(receiver.url, { events: ['sale.created', ...ALERTS] });
  const pager = await RecordingReceiver.start();
  const watcher = await tenant.register(pager.url, { events: ALERTS });
  const producer = Api.producer(local);
  await producer.publish(local.tenantId, 'failing-1');
  await waitFor(async () => (await onlyDelivery(webhook.id))?.status === 'FAILED', {
    what: 'FAILED',
  });
  expect(await onlyDelivery(webhook.id)).toMatchObject({ status: 'FAILED', attemptCount: 5, nextRetryAt: null });
  expect(receiver.requests).toHaveLength(5);

  await producer.publish(local.tenantId, 'failing-2');
  const disabled = await waitFor(
    async () => {
      const now = await tenant.webhook(webhook.id);
      return now.isActive ? undefined : now;
    },
    { what: 'the webhook to be disabled', timeoutMs: 90_000 },
  );
  expect(disabled.consecutiveFailures).toBe(10);
  const alerts = await alertsOf(webhook.id);
  expect(alerts).toEqual([3, 5, 10]);

  const sent = receiver.requests.length;
  await producer.publish(local.tenantId, 'while-disabled');
  await producer.publish(local.tenantId, 'sentinel');
  const healthy = await RecordingReceiver.start();
  const sentinel = await tenant.register(healthy.url);
  await waitFor(
    async () => {
      await producer.publish(local.tenantId, `sentinel-${healthy.requests.length}-${Date.now()}`);
      return healthy.requests.length > 0;
    },
    { what: 'a later message to arrive elsewhere' },
  );
  expect(receiver.requests).toHaveLength(sent);

  status = 200;
  const enabled = await tenant.call<{ isActive: boolean; consecutiveFailures: number }>(
    'POST',
    `/v1/webhooks/${webhook.id}/enable`,
  );
  expect(enabled).toMatchObject({ isActive: true, consecutiveFailures: 0 });
  await waitFor(
    async () => {
      await producer.publish(local.tenantId, `enabled-again-${Date.now()}`);
      return receiver.requests.length > sent;
    },
    { what: 'deliveries after enabling' },
  );
  expect(await tenant.webhook(webhook.id)).toMatchObject({ isActive: true, consecutiveFailures: 0 });

  const told = () => pager.requests.map(({ body }) => JSON.parse(body.toString()) as Alert);
  await waitFor(() => told().length >= 4, { what: 'the alerts to arrive' });
  expect(told().map(({ type, data }) => [type, data.webhookId, data.consecutiveFailures])).toEqual([
    ['webhook.failing', webhook.id, 3],
    ['webhook.failing', webhook.id, 5],
    ['webhook.disabled', webhook.id, 10],
    ['webhook.recovered', webhook.id, 0],
  ]);
  const itself = receiver.requests.filter(({ body }) => body.includes('"type":"webhook.'));
  expect(itself).toHaveLength(0);
  for (const { id } of [webhook, watcher, sentinel]) await tenant.call('DELETE', `/v1/webhooks/${id}`);
  await Promise.all([receiver.close(), pager.close(), healthy.close()]);
}, 240_000);

/** The numbers of failures at which the webhook's history holds an alert. */
async function alertsOf(webhookId: string): Promise<number[]> {
  const { data } = await tenant.call<{ data: { type: string; data: { failures?: number } }[] }>(
    'GET',
    `/v1/webhooks/${webhookId}/history?limit=200`,
  );
  return data
    .filter(({ type }) => type === 'WebhookFailureAlertRaised')
    .map((event) => event.data.failures ?? 0)
    .sort((a, b) => a - b);
}
