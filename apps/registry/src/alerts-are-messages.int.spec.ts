import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canonicalTopic, CE, eventTypeByName, isUuid, readCanonical } from '@signet/contracts';
import type { FollowedTopic } from '@signet/testing';
import { waitFor } from '@signet/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
let messages: FollowedTopic;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  messages = await registry.follow(canonicalTopic('webhook'));
});
afterAll(() => registry.stop());

const timeLimits = () => ({ now: Date.now(), retentionMs: 90 * 24 * 60 * 60 * 1000 });

/** The alert of this type about a webhook, read as fan-out reads it. */
async function alert(webhookId: string, type: string, failures: number) {
  const isMeant = ({ headers, value }: { headers: Record<string, Buffer | undefined>; value: Buffer | null }) =>
    headers[CE.type]?.toString() === type &&
    (JSON.parse(value?.toString() ?? '') as { consecutiveFailures: number }).consecutiveFailures === failures;
  const record = await messages.record(`${tenant.id}/${webhookId}`, isMeant);
  const read = readCanonical(record.headers, record.value, timeLimits());
  if ('reason' in read) throw new Error(read.detail);
  const data = JSON.parse(read.message.data.toString()) as Record<string, unknown>;
  expect(new Ajv2020({ strict: true, allowUnionTypes: true }).validate(eventTypeByName(type)!.schema, data)).toBe(true);
  return { ...read.message, data };
}
const read = async (id: string) => (await tenant.call('GET', `/v1/webhooks/${id}`)).json;

test('failing, disabled and recovered are CloudEvents about the webhook, each once', async () => {
  const webhook = await tenant.newWebhook({ name: 'Orders' });
  const outcomes = registry.outcomesOf(webhook);
  for (let count = 0; count < 3; count++) await outcomes.fail();
  const third = await alert(webhook.id, 'webhook.failing', 3);
  expect(third).toMatchObject({
    source: '/signet/registry',
    subject: webhook.id,
    tenantId: tenant.id,
    data: {
      webhookId: webhook.id,
      name: 'Orders',
      url: webhook['url'],
      lastFailure: { statusCode: 500, errorClass: 'http_status', endedAt: outcomes.lastEndedAt },
    },
  });
  expect(isUuid(third.id)).toBe(true);
  expect((await read(webhook.id))['alertedAt']).toBe(third.time);

  while (outcomes.failed < 10) await outcomes.fail();
  const disabled = await alert(webhook.id, 'webhook.disabled', 10);
  expect(disabled.data).toMatchObject({ reason: 'failing', detail: '10 attempts in a row failed.' });
  await tenant.call('POST', `/v1/webhooks/${webhook.id}/enable`);
  expect((await read(webhook.id))['alertedAt']).toBe(third.time);
  await outcomes.succeed({ startingIn: 60_000 });
  const recovered = await alert(webhook.id, 'webhook.recovered', 0);
  expect(recovered.data).toMatchObject({ alertedAt: third.time });
  expect((await read(webhook.id))['alertedAt']).toBeNull();

  const ids = messages.idsOf(`${tenant.id}/${webhook.id}`);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
});

test('a webhook can subscribe to alerts, and be tested with one', async () => {
  const events = ['webhook.failing', 'webhook.disabled', 'webhook.recovered'];
  const webhook = await tenant.newWebhook({ events });
  expect(webhook['eventNames']).toEqual(['Webhook Failing', 'Webhook Disabled', 'Webhook Recovered']);
  const tested = await tenant.call('POST', `/v1/webhooks/${webhook.id}/test`, {
    body: { eventType: 'webhook.failing' },
  });
  expect(tested.status).toBe(202);
});

test('an alert from before the deletion of its webhook is still published', async () => {
  const webhook = await tenant.newWebhook();
  const outcomes = registry.outcomesOf(webhook);
  for (let count = 0; count < 5; count++) await outcomes.fail();
  await waitFor(async () => (await read(webhook.id)).consecutiveFailures === 5, { what: 'five failures' });
  await tenant.call('DELETE', `/v1/webhooks/${webhook.id}`);
  expect(await alert(webhook.id, 'webhook.failing', 5)).toMatchObject({ subject: webhook.id });
});
