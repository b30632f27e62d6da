import { EntityManager } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { evolveAll, SNAPSHOT_EVERY } from '@signet/event-store';
import { waitFor } from '@signet/testing';
import { Aggregates } from './database/aggregates.ts';
import { streamOf } from './database/streams.ts';
import { displayNameOf } from './event-type/event-types.ts';
import type { RowsRead } from './testing/rows-read.ts';
import { countRowsRead } from './testing/rows-read.ts';
import type { TestRegistry, TestTenant } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';
import { NO_PAST, webhookPast } from './webhook/domain/past/past/webhook-past.fold.ts';
import { webhookDecider } from './webhook/domain/webhook.decider.ts';
import type { WebhookEvent } from './webhook/domain/webhook.events.ts';
import { webhookView } from './webhook/api/webhook.view.ts';

const ALTERNATIONS = 5_000;
/** Events that are appended together, so that the stream soon holds several hundred events. */
const AT_ONCE = 20;
/** One statement reads at most this many events, plus one row for the snapshot. */
const PER_STATEMENT = SNAPSHOT_EVERY;
/**
 * A request reads a stream up to five times: the command, up to two snapshots that it stores, and the relay that
 * looks for alerts.
 */
const PER_REQUEST = 5 * SNAPSHOT_EVERY;

let registry: TestRegistry;
let tenant: TestTenant;
let rows: RowsRead;
let webhook: { id: string; tenantId: string };
let path: string;
/** All events in the webhook's stream. */
const events = async () => (await store().read<WebhookEvent>(streamOf('webhook', webhook.id))).events;
const store = () => {
  const { app } = registry.service;
  return app.get(Aggregates).storeIn(app.get(EntityManager).fork());
};

function alternations(from: number): WebhookEvent[] {
  return Array.from({ length: AT_ONCE }, (_, index) => {
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, 10 * (from + index) + second)).toISOString();
    const deliveryId = newId();
    const told = { deliveryId, attempt: 1, endedAt: at(2), at: at(3) };
    return [
      {
        type: 'WebhookAttemptFailed',
        data: { ...told, startedAt: at(1), statusCode: 500, errorClass: 'http_status' },
      },
      { type: 'WebhookRecovered', data: { ...told, attempt: 2, endedAt: at(5), failures: 1, at: at(6) } },
    ] satisfies WebhookEvent[];
  }).flat();
}

beforeAll(async () => {
  registry = await startRegistry();
  tenant = await registry.newTenant();
  webhook = (await tenant.newWebhook()) as typeof webhook;
  path = `/v1/webhooks/${webhook.id}`;
  const streamId = streamOf('webhook', webhook.id);
  for (let done = 0; done < ALTERNATIONS; done += AT_ONCE) {
    await store().append(streamId, alternations(done), { actor: 'signet', expectedVersion: 1 + 2 * done });
  }
  // The answer comes after the relay has published all of the stream.
  expect((await tenant.call('PATCH', path, { body: { description: 'Alternates' } })).status).toBe(200);
  rows = countRowsRead();
}, 120_000);
afterAll(async () => {
  rows.stop();
  await registry.stop();
});

function expectBounded(taken: readonly number[]): void {
  expect(taken.length).toBeGreaterThan(0);
  expect(Math.max(...taken)).toBeLessThanOrEqual(PER_STATEMENT);
  expect(taken.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(PER_REQUEST);
}

test('a command reads a bounded number of rows, and decides as if it had read them all', async () => {
  for (const action of ['disable', 'enable', 'secret/rotate', 'disable', 'enable']) {
    rows.taken();
    expect((await tenant.call('POST', `${path}/${action}`)).status).toBe(200);
    expectBounded(rows.taken());
  }
  const all = await events();
  const folded = await store().fold(webhookDecider, [{ streamId: streamOf('webhook', webhook.id) }]);
  expect(folded.get(streamOf('webhook', webhook.id))).toEqual({
    state: evolveAll(webhookDecider, webhookDecider.initialState(), all),
    version: all.length,
  });
  expect(all.length).toBe(2 * ALTERNATIONS + 2 + 5);
});

test('outcomes read a bounded number of rows, also those that make snapshots', async () => {
  const outcomes = registry.outcomesOf(webhook);
  const failures = async () => (await tenant.call('GET', path)).json.consecutiveFailures as number;
  rows.taken();
  // Go on until the next alert; then one success ends it, and both are sent as alerts.
  for (let count = 1; count <= 3; count++) {
    await outcomes.fail({ startingIn: count === 1 ? 60_000 : 0 });
    await waitFor(async () => (await failures()) === count, { what: `failure ${count}` });
  }
  await outcomes.succeed();
  await waitFor(async () => (await failures()) === 0, { what: 'the recovery' });
  const taken = rows.taken();
  expect(Math.max(...taken)).toBeLessThanOrEqual(PER_STATEMENT);
  expect(taken.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(4 * PER_REQUEST);
});

test('the webhook at any time is computed from a bounded number of rows, and is shown as it was', async () => {
  const all = await events();
  const probes = [0, 1, 2, 98, 99, 100, 5_000, 9_999, all.length - 2, all.length - 1];
  for (const index of probes) {
    const at = all[index]!.recordedAt;
    const known = all.filter(({ recordedAt }) => recordedAt <= at);
    rows.taken();
    const { json } = await tenant.call('GET', `${path}/history?at=${at.toISOString()}`);
    const taken = rows.taken();
    const { row } = known.reduce(webhookPast.evolve, NO_PAST);
    expect(json).toEqual(webhookView(row!, displayNameOf));
    expectBounded(taken);
  }
  const before = new Date(all[0]!.recordedAt.getTime() - 1).toISOString();
  expect((await tenant.call('GET', `${path}/history?at=${before}`)).status).toBe(404);
});

test('the history goes through every fact, page by page', async () => {
  const all = await events();
  const { data, nextCursor } = (await tenant.call('GET', `${path}/history?limit=200`)).json;
  rows.taken();
  const next = (await tenant.call('GET', `${path}/history?limit=200&cursor=${nextCursor}`)).json;
  expect([...data, ...next.data].map(({ version }: { version: number }) => version)).toEqual(
    all
      .toReversed()
      .slice(0, 400)
      .map(({ version }) => version),
  );
  // The page, one more row that shows that there is another page, and the first fact, which names the webhook's
  // tenant.
  expect(rows.taken().reduce((sum, count) => sum + count, 0)).toBe(202);
});
