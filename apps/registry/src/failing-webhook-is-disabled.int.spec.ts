import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let tenant: TestTenant;
beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
});
afterAll(() => registry.stop());

const read = async (id: string) => (await tenant.call('GET', `/v1/webhooks/${id}`)).json;
const typesOf = async (id: string): Promise<string[]> => {
  const { data } = (await tenant.call('GET', `/v1/webhooks/${id}/history?limit=200`)).json;
  return data
    .toReversed()
    .map(({ type, data: { failures } }) =>
      type === 'WebhookFailureAlertRaised' ? `alert ${failures}` : type.replace('Webhook', ''),
    );
};
const alerts = async (id: string) => (await typesOf(id)).filter((type) => type.startsWith('alert'));

test('alerts at exactly 3, 5 and 10; disabled at the 10th; nothing counts then; enabled it starts from 0', async () => {
  const webhook = await tenant.newWebhook();
  const outcomes = registry.outcomesOf(webhook);

  for (const [failures, expected] of [
    [2, []],
    [3, ['alert 3']],
    [4, ['alert 3']],
    [5, ['alert 3', 'alert 5']],
    [9, ['alert 3', 'alert 5']],
    [10, ['alert 3', 'alert 5', 'alert 10']],
  ] as const) {
    while (outcomes.failed < failures) await outcomes.fail();
    await waitFor(async () => (await read(webhook.id)).consecutiveFailures === failures, {
      what: `${failures} failures in a row`,
    });
    expect(await alerts(webhook.id)).toEqual(expected);
  }
  const disabled = await read(webhook.id);
  expect(disabled).toMatchObject({ isActive: false, disabledReason: 'failing', consecutiveFailures: 10 });
  expect(disabled.lastFailureAt).toBe(outcomes.lastEndedAt);

  // An attempt that was still under way when the webhook was disabled.
  await outcomes.fail();
  await outcomes.succeed();
  await waitFor(async () => (await read(webhook.id)).lastSuccessAt === outcomes.lastEndedAt, {
    what: 'the outcomes to be read',
  });
  expect(await read(webhook.id)).toMatchObject({ isActive: false, consecutiveFailures: 10, version: disabled.version });

  await tenant.call('POST', `/v1/webhooks/${webhook.id}/enable`);
  expect(await read(webhook.id)).toMatchObject({ isActive: true, consecutiveFailures: 0, disabledReason: null });
  for (let count = 0; count < 3; count++) await outcomes.fail({ startingIn: 60_000 });
  await waitFor(async () => (await read(webhook.id)).consecutiveFailures === 3, { what: 'three new failures' });
  expect(await alerts(webhook.id)).toEqual(['alert 3', 'alert 5', 'alert 10', 'alert 3']);
});

test('a success resets the count, and healthy traffic leaves no event', async () => {
  const webhook = await tenant.newWebhook();
  const outcomes = registry.outcomesOf(webhook);
  for (let count = 0; count < 5; count++) await outcomes.succeed();
  await waitFor(async () => (await read(webhook.id)).lastSuccessAt === outcomes.lastEndedAt, { what: 'the successes' });
  expect(await typesOf(webhook.id)).toEqual(['Registered']);
  await outcomes.fail();
  await waitFor(async () => (await read(webhook.id)).consecutiveFailures === 1, { what: 'a failure' });
  await outcomes.succeed();
  await waitFor(async () => (await read(webhook.id)).consecutiveFailures === 0, { what: 'a recovery' });
  expect(await typesOf(webhook.id)).toEqual(['Registered', 'AttemptFailed', 'Recovered']);
});

test('repeated outcomes count once, tests do not count, and 410 disables at once', async () => {
  const webhook = await tenant.newWebhook();
  const outcomes = registry.outcomesOf(webhook);
  const failure = await outcomes.fail();
  await outcomes.repeat(failure);
  await outcomes.fail({ kind: 'test' });
  await waitFor(async () => (await read(webhook.id)).consecutiveFailures === 1, { what: 'the failure' });
  await outcomes.repeat(failure);
  await outcomes.fail({ statusCode: 410, errorClass: 'gone' });
  await waitFor(async () => !(await read(webhook.id)).isActive, { what: 'the disabling' });
  expect(await read(webhook.id)).toMatchObject({ disabledReason: 'gone' });
  expect(await typesOf(webhook.id)).toEqual(['Registered', 'AttemptFailed', 'AttemptFailed', 'Disabled']);
});

test('a record that is no outcome is set aside with the reason and the field, and blocks no other record', async () => {
  const webhook = await tenant.newWebhook();
  const outcomes = registry.outcomesOf(webhook);
  const deadLetter = registry.deadLetterOf(webhook.id);
  await outcomes.publish(JSON.stringify({ webhookId: webhook.id, outcome: 'perhaps' }));
  await outcomes.fail();
  await waitFor(async () => (await read(webhook.id)).consecutiveFailures === 1, { what: 'the failure behind it' });
  expect(await deadLetter).toMatchObject({ reason: 'schema', field: 'deliveryId' });
});
