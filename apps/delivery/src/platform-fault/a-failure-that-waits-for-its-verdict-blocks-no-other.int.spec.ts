import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { FiftyHosts } from '../testing/fifty-hosts.ts';

const DEAD = 4;
const ALL = 6;
/** No verdict comes in the time of a test. */
const WINDOW_MS = 3_600_000;

let hosts: FiftyHosts;
let fixture: DispatchFixture;
let service: DispatchService;
let webhooks: WebhookSnapshot[];
beforeEach(async () => {
  hosts = await FiftyHosts.start();
  fixture = await DispatchFixture.create({ client: hosts.egress });
  webhooks = hosts.hosts.slice(0, ALL).map(({ url, tenantId }) => fixture.webhook(url, { tenantId }));
  service = await fixture.serve({
    requestTimeoutMs: 15_000,
    // As many as receivers die.
    totalConcurrency: DEAD,
    // Too many hosts for a fault of the platform: most of those that are known fail, and no verdict says whose fault it is.
    platformFault: {
      minHosts: DEAD + 1,
      minTenants: 3,
      memoryMs: 3_600_000,
      windowMs: WINDOW_MS,
      probesPerSecond: 3,
      retryMs: 500,
    },
  });
});
afterEach(async () => {
  await fixture?.close();
  await hosts?.close();
});

const send = (webhook: WebhookSnapshot, messageId: string): void =>
  void service.intake.take(requestBatch(webhook, [messageId]));
const succeeded = () => fixture.reader.list({ tenantId: null, status: 'SUCCESS' }, null, 100);
const answersOf = (webhook: WebhookSnapshot): number => hosts.answered.get(new URL(webhook.url).hostname) ?? 0;

test('four failures that wait for a verdict leave all four slots to others', async () => {
  for (const webhook of webhooks) send(webhook, 'before');
  // A host that dies before its answer has come would be one more failure that waits.
  await waitFor(async () => (await succeeded()).length === ALL, { what: 'an answer of each host' });
  const dead = webhooks.slice(0, DEAD);
  for (const host of hosts.hosts.slice(0, DEAD)) await hosts.kill(host);
  for (const webhook of dead) send(webhook, 'lost');
  const living = webhooks.slice(DEAD);
  for (const webhook of living) for (const messageId of ['one', 'two', 'three']) send(webhook, messageId);
  await waitFor(() => living.every((webhook) => answersOf(webhook) === 4), {
    what: 'the messages to living receivers',
  });
  expect(fixture.platformFaults).toEqual([]);
  // Nothing was recorded of the dead meanwhile: they still wait.
  const others = (await fixture.reader.list({ tenantId: null }, null, 100)).filter(
    ({ status }) => status !== 'SUCCESS',
  );
  expect(others.filter(({ webhookId }) => dead.some(({ id }) => id === webhookId))).toEqual([]);
});
