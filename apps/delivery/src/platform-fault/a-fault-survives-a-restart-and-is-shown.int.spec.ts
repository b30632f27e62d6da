import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import { listView } from '../delivery/http/delivery.view.ts';
import type { DeliveryListView } from '../delivery/http/delivery.view.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { FiftyHosts } from '../testing/fifty-hosts.ts';
import { KnownHosts } from './storage/known-hosts.ts';
import { PlatformFaultReader } from './storage/platform-fault.reader.ts';

let hosts: FiftyHosts;
let fixture: DispatchFixture;
let webhooks: WebhookSnapshot[];

beforeEach(async () => {
  hosts = await FiftyHosts.start();
  fixture = await DispatchFixture.create({ client: hosts.egress });
  webhooks = hosts.hosts.map(({ url, tenantId }) => fixture.webhook(url, { tenantId }));
});
afterEach(async () => {
  await fixture?.close();
  await hosts?.close();
});

const send = (service: DispatchService, id: string) =>
  Promise.all(webhooks.map((webhook) => service.intake.take(requestBatch(webhook, [id]))));

async function views(): Promise<DeliveryListView[]> {
  const rows = await fixture.reader.list({ tenantId: null }, null, 1_000);
  const now = systemClock();
  const heldPartitions = await new PlatformFaultReader(fixture.database).heldPartitions(now);
  return rows.map((row) => listView(row, { nameOf: () => null, probeTimes: new Map(), heldPartitions, now }));
}

test('a process that starts in the middle of a fault knows it by the hosts that answered before, and says what it holds back', async () => {
  const first = await fixture.serve();
  await send(first, 'before');
  await waitFor(async () => (await views()).every(({ status }) => status === 'SUCCESS'), { what: 'the first answers' });
  const known = new KnownHosts(fixture.database, first.platform.memory, 3_600_000, systemClock, fixture.onError);
  await known.write();
  await first.stop();

  hosts.begin('CA bundle broken');
  const second = await fixture.serve();
  await send(second, 'meanwhile');
  await waitFor(() => fixture.platformFaults.at(-1) === 'most_hosts', { what: 'the fault to be noticed' });
  const held = await waitFor(
    async () => {
      const open = (await views()).filter(({ status }) => status === 'PENDING' || status === 'RETRYING');
      return open.length === webhooks.length && open.every(({ heldUntil }) => heldUntil !== null) && open;
    },
    { what: 'deliveries that are held back', timeoutMs: 30_000 },
  );
  for (const view of held) {
    expect(view).toMatchObject({ attemptCount: 0, summary: expect.stringContaining('Held back: Signet itself') });
    expect(Date.parse(view.heldUntil ?? '')).toBeGreaterThan(Date.now());
  }

  hosts.end();
  await waitFor(async () => (await views()).every(({ status }) => status === 'SUCCESS'), {
    what: 'all deliveries',
    timeoutMs: 60_000,
  });
  expect((await views()).filter(({ heldUntil }) => heldUntil !== null)).toEqual([]);
  const rows = await fixture.reader.list({ tenantId: null }, null, 1_000);
  expect(rows.filter(({ attemptCount }) => attemptCount !== 1)).toEqual([]);
}, 150_000);
