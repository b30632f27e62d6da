import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { systemClock } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { waitFor } from '@signet/testing';
import { sql } from 'kysely';
import type { DeliveryEvent } from '../delivery/delivery.events.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';
import { outcomesOf } from '../outcomes/outcomes.ts';
import type { LoggedEvents } from '../outcomes/outcomes.ts';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { FiftyHosts, HOSTS } from '../testing/fifty-hosts.ts';
import type { Disturbance } from '../testing/fifty-hosts.ts';
import { RegistrySide } from '../testing/registry-side.ts';

/** Between two messages to each webhook, milliseconds. */
const EVERY_MS = 500;
/** All that was held back is delivered within this time after the end, milliseconds. */
const DELIVERED_WITHIN_MS = 60_000;

let hosts: FiftyHosts;
let fixture: DispatchFixture;
let service: DispatchService;
let registry: RegistrySide;
let webhooks: WebhookSnapshot[];
let load: Load;

beforeEach(async () => {
  hosts = await FiftyHosts.start();
  fixture = await DispatchFixture.create({ client: hosts.egress });
  registry = new RegistrySide(fixture, systemClock);
  webhooks = hosts.hosts.map(({ name, url, tenantId }) => registry.register({ name, url }, tenantId));
  load = new Load();
});
afterEach(async () => {
  await load?.stop();
  await fixture?.close();
  await hosts?.close();
});

/** A message to each webhook, again and again. */
class Load {
  sent = 0;
  private isStopped = false;
  private running: Promise<unknown> = Promise.resolve();

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    const taken: Promise<void>[] = [];
    for (let round = 0; !this.isStopped; round++) {
      const now = { acceptedAt: Date.now() };
      // One batch, as Kafka gives them: fifty would be fifty queries at once, and a slow machine would not keep up with them.
      const [batch, ...rest] = webhooks.map((webhook) => requestBatch(webhook, [`m-${round}`], undefined, now));
      const records = [batch!, ...rest].flatMap((one) => one.records);
      taken.push(service.intake.take({ ...batch!, records }));
      this.sent += webhooks.length;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    await Promise.all(taken);
  }
}

/** @param requestTimeoutMs a busy machine must not exceed it while nothing is wrong */
async function begin(requestTimeoutMs: number): Promise<void> {
  service = await fixture.serve({ requestTimeoutMs });
  load.start();
  await allAnswer();
}
const allAnswer = () =>
  waitFor(() => hosts.answered.size === HOSTS, { what: 'an answer of each host', timeoutMs: 30_000 });

async function logged(): Promise<LoggedEvents[]> {
  const { rows } = await sql<LoggedEvents>`
    select l.events, d.id as "deliveryId", d.webhook_id as "webhookId", d.tenant_id as "tenantId",
      d.event_id as "eventId", d.message_id as "messageId", d.source, d.subject, d.event_type as "eventType", d.kind
    from delivery_log l join deliveries d on d.id = l.delivery_id and d.day = l.day
    order by l.position`.execute(fixture.database.query);
  return rows;
}
const failuresIn = (log: readonly LoggedEvents[]) =>
  log.flatMap(({ events }) =>
    events.filter(
      (event): event is Extract<DeliveryEvent, { type: 'DeliveryAttemptFailed' }> =>
        event.type === 'DeliveryAttemptFailed',
    ),
  );

/** Deliveries, by whose fault they were late. */
async function deliveredBy(): Promise<Record<string, number>> {
  const metrics = await fixture.metrics.getMetricsAsJSON();
  const delays = metrics.find(({ name }) => name === 'signet_delivery_delivered_delay_seconds');
  const values = (delays?.values ?? []) as unknown as {
    metricName: string;
    labels: { fault: string };
    value: number;
  }[];
  const counts = values.filter(({ metricName }) => metricName.endsWith('_count'));
  return Object.fromEntries(counts.map(({ labels, value }) => [labels.fault, value]));
}

async function undelivered(): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) from deliveries where status <> 'SUCCESS'`.execute(
    fixture.database.query,
  );
  const shelved = await service.shelvedRequests();
  return Number(rows[0]?.count) + shelved;
}

test.each<[Disturbance, readonly string[], number]>([
  // Whichever is seen first: five such errors in a row, or so many hosts.
  ['resolver dead', ['resolver', 'most_hosts'], 15_000],
  // Attempts on the wire hang until their time-out.
  ['route gone', ['most_hosts'], 10_000],
  ['CA bundle broken', ['most_hosts'], 15_000],
])(
  '%s: nothing is lost, no attempt is spent and no failure counted, and all goes out afterwards',
  async (what, evidence, timeoutMs) => {
    await begin(timeoutMs);
    hosts.begin(what);
    const noticed = await waitFor(() => fixture.platformFaults.at(0), {
      what: 'the fault to be noticed',
      timeoutMs: 60_000,
    });
    expect(evidence).toContain(noticed);
    // Barrier: a probe has failed since, and the fault goes on.
    const failed = failuresIn(await logged()).length;
    await waitFor(async () => failuresIn(await logged()).length > failed, {
      what: 'a probe to fail',
      timeoutMs: 60_000,
    });
    hosts.end();
    await waitFor(() => fixture.platformFaults.at(-1) === null, { what: 'the end to be noticed', timeoutMs: 60_000 });
    await load.stop();
    await waitFor(async () => (await undelivered()) === 0, {
      what: 'all deliveries',
      timeoutMs: DELIVERED_WITHIN_MS,
    });

    const log = await logged();
    expect(new Set(log.map(({ deliveryId }) => deliveryId)).size).toBe(load.sent);
    const failures = failuresIn(log);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter(({ data }) => data.fault !== 'platform' || !data.isUnspent)).toEqual([]);
    const { rows } = await sql<{ most: number }>`select max(attempt_count) as most from deliveries`.execute(
      fixture.database.query,
    );
    expect(rows[0]?.most).toBe(1);
    registry.hear(log.flatMap((one) => outcomesOf(one)));
    const counted = webhooks.flatMap((webhook) =>
      registry.facts(webhook).filter(({ type }) => type !== 'WebhookRegistered'),
    );
    expect(counted).toEqual([]);
    expect(service.circuits.size).toBe(0);
    expect((await deliveredBy())['platform']).toBeGreaterThan(0);
  },
  200_000,
);

test('three of fifty receivers that are really down are counted and disabled, and no fault of the platform is seen', async () => {
  await begin(15_000);
  const dead = webhooks.slice(0, 3);
  for (const host of hosts.hosts.slice(0, 3)) await hosts.kill(host);
  let heard = 0;
  await waitFor(
    async () => {
      const log = (await logged()).slice(heard);
      heard += log.length;
      registry.hear(log.flatMap((one) => outcomesOf(one)));
      return dead.every((webhook) => registry.facts(webhook).some(({ type }) => type === 'WebhookDisabled'));
    },
    { what: 'the three to be disabled', timeoutMs: 90_000 },
  );
  await load.stop();
  expect(fixture.platformFaults).toEqual([]);
  const failures = failuresIn(await logged());
  expect(new Set(failures.map(({ data }) => data.fault))).toEqual(new Set(['receiver']));
  const disabled = webhooks.filter((webhook) => registry.facts(webhook).some(({ type }) => type === 'WebhookDisabled'));
  expect(disabled).toEqual(dead.map(({ id }) => expect.objectContaining({ id })));
}, 200_000);
