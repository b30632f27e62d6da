import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import type { Delivery } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

let signet: Signet;
let local: LocalFile;
let tenant: Api;
let receiver: RecordingReceiver;
let status = 500;

beforeAll(async () => {
  // No retry comes by itself during the tests.
  signet = await Signet.start({ SIGNET_RETRY_SCHEDULE: '1h' });
  local = await signet.local();
  tenant = Api.tenant(local);
  receiver = await RecordingReceiver.start({ respond: () => ({ status }) });
});
afterAll(async () => {
  await receiver?.close();
  await signet?.stopAndForget();
});

const until = (webhookId: string, wanted: Delivery['status'], count = 1): Promise<Delivery[]> =>
  waitFor(
    async () => {
      const deliveries = await tenant.deliveries({ webhookId });
      return deliveries.length === count && deliveries.every((delivery) => delivery.status === wanted) && deliveries;
    },
    { what: `${count} deliveries ${wanted}` },
  );

test.each([
  ['disabled', 'POST', '/disable'],
  ['deleted', 'DELETE', ''],
])(
  'what is under way ends as FAILED when its webhook is %s',
  async (reason, method, action) => {
    status = 500;
    const webhook = await tenant.register(receiver.url);
    await Api.producer(local).publish(local.tenantId, `under-way-${reason}`);
    await until(webhook.id, 'RETRYING');
    await tenant.call(method, `/v1/webhooks/${webhook.id}${action}`);
    const [ended] = await until(webhook.id, 'FAILED');
    expect(ended).toMatchObject({ endReason: reason, attemptCount: 1, nextRetryAt: null });
    if (reason === 'disabled') await tenant.call('DELETE', `/v1/webhooks/${webhook.id}`);
  },
  180_000,
);

test('a suspended tenant loses nothing: its deliveries end as FAILED, and are retried when the suspension is over', async () => {
  status = 500;
  const operator = Api.operator(local);
  const producer = Api.producer(local);
  const webhook = await tenant.register(receiver.url);
  await producer.publish(local.tenantId, 'under-way');
  await until(webhook.id, 'RETRYING');
  await operator.call('POST', `/v1/tenants/${local.tenantId}/suspend`, { reason: 'Unpaid' });
  await until(webhook.id, 'FAILED');
  await producer.publish(local.tenantId, 'while-suspended');
  const deliveries = await until(webhook.id, 'FAILED', 2);
  expect(new Set(deliveries.map(({ endReason }) => endReason))).toEqual(new Set(['tenant_suspended']));
  await expect(tenant.call('POST', `/v1/webhooks/${webhook.id}/disable`)).rejects.toThrow('tenant_suspended');
  const [one] = deliveries;
  await expect(operator.call('POST', `/v1/deliveries/${one!.id}/retry`)).rejects.toThrow('tenant_suspended');

  status = 200;
  await operator.call('POST', `/v1/tenants/${local.tenantId}/resume`);
  for (const { id } of deliveries) {
    await waitFor(
      async () =>
        tenant.call('POST', `/v1/deliveries/${id}/retry`).then(
          () => true,
          () => false,
        ),
      { what: 'the retry to be allowed again' },
    );
  }
  await until(webhook.id, 'SUCCESS', 2);
});
