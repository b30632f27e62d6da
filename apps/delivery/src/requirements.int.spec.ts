import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { sql } from 'kysely';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { canBeRetried } from './delivery/delivery.decider.ts';
import { nextDelayMs } from './delivery/retry-schedule.ts';
import { settings } from './config.ts';
import { DeliveryApi } from './testing/delivery-api.ts';
import { DispatchFixture, requestBatch } from './testing/dispatch-fixture.ts';

// The rows of the requirements by their own words, so that each can be ticked off; docs/requirements.md names the tests
// that go deeper. Those of webhooks are in apps/registry/src/requirements.int.spec.ts.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LONG = 'x'.repeat(20_000);

let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let api: DeliveryApi;
let key: string;
let operator: string;
/** A webhook whose receiver does as its path says. */
let webhooks: Record<'healthy' | 'flaky' | 'broken', WebhookSnapshot>;
const tenantId = newId();
const flaky = { failures: 0 };

beforeAll(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({
    respond: ({ path }) => {
      if (path === '/broken') return { status: 500, body: LONG, headers: { 'x-shop': 'yes' } };
      if (path === '/flaky' && flaky.failures < 2) return { status: 503, body: `failure ${(flaky.failures += 1)}` };
      return { status: 200, body: 'thanks' };
    },
  });
  api = await DeliveryApi.on(fixture);
  [key, operator] = [await api.newKey(tenantId), await api.newKey(null)];
  const at = (path: string, more: Partial<WebhookSnapshot> = {}): WebhookSnapshot => {
    const webhook = fixture.webhook(receiver.url + path, { tenantId, name: `The ${path.slice(1)} one`, ...more });
    api.knows(webhook);
    return webhook;
  };
  webhooks = { healthy: at('/healthy'), flaky: at('/flaky'), broken: at('/broken', { maxAttempts: 2 }) };
  const { intake } = await fixture.serve({ policy: { scheduleMs: [300], jitter: 0 } });
  for (const webhook of Object.values(webhooks)) await intake.take(requestBatch(webhook, ['m-1']));
  await Promise.all([
    untilStatus('healthy', 'SUCCESS'),
    untilStatus('flaky', 'SUCCESS'),
    untilStatus('broken', 'FAILED'),
  ]);
});
afterAll(async () => {
  await api?.stop();
  await receiver?.close();
  await fixture?.close();
});

type Json = Record<string, unknown>;
const list = async (query: string, as = key): Promise<Json[]> =>
  (await api.call('GET', `/v1/deliveries?${query}`, { key: as })).json.data;
const deliveryOf = async (name: keyof typeof webhooks): Promise<Json> => {
  const [listed] = await list(`webhookId=${webhooks[name].id}`);
  return (await api.call('GET', `/v1/deliveries/${String(listed?.['id'])}`, { key })).json;
};
const attemptsOf = async (name: keyof typeof webhooks): Promise<Json[]> =>
  (await api.call('GET', `/v1/deliveries/${String((await deliveryOf(name))['id'])}/attempts`, { key })).json.data;
/** Every status that a delivery is seen to have had. */
const seen: Record<string, Set<unknown>> = {};
const untilStatus = (name: keyof typeof webhooks, status: string) =>
  waitFor(
    async () => {
      const [listed] = await list(`webhookId=${webhooks[name].id}`);
      (seen[name] ??= new Set()).add(listed?.['status']);
      return listed?.['status'] === status;
    },
    { what: `the ${name} delivery to be ${status}` },
  );

describe('requirement 32: webhook and integration management', () => {
  test('32.3 Payloads are signed with HMAC so that receivers can verify them', () => {
    for (const { headers, body } of receiver.requests)
      expect(new StandardWebhook(fixture.secret).verify(body.toString(), headers)).toMatchObject({
        type: 'sale.created',
      });
  });
  test('32.4 Failed deliveries are retried automatically with exponential backoff', async () => {
    const starts = (await attemptsOf('flaky')).map(({ startedAt, endedAt }) => [startedAt, endedAt].map(String));
    expect(starts).toHaveLength(3);
    const waits = starts.slice(1).map(([start], index) => Date.parse(start!) - Date.parse(starts[index]![1]!));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(300);
  });
  test('32.5 Delivery status is tracked: pending, retrying, success, failed', async () => {
    expect(seen['flaky']).toContain('RETRYING');
    expect([(await deliveryOf('flaky'))['status'], (await deliveryOf('broken'))['status']]).toEqual([
      'SUCCESS',
      'FAILED',
    ]);
    // How PENDING comes first: the decider's tests, and the end-to-end test with a receiver that takes its time.
  });
  test('32.6 Every attempt is logged in detail, with request and response', async () => {
    const [first, second] = await attemptsOf('broken');
    expect([first, second]).toMatchObject([
      {
        attempt: 1,
        outcome: 'failed',
        errorClass: 'http_status',
        request: {
          method: 'POST',
          url: `${receiver.url}/broken`,
          headers: { 'webhook-id': expect.any(String), 'webhook-timestamp': expect.any(String) },
          body: expect.stringContaining('sale.created'),
        },
        response: { statusCode: 500, headers: { 'x-shop': 'yes' }, bodyTruncated: true },
        address: '127.0.0.1',
        timings: { totalMs: expect.any(Number) },
        nextAttemptAt: expect.any(String),
      },
      { attempt: 2, outcome: 'failed', nextAttemptAt: null },
    ]);
  });
  test('23.3 Background delivery workers: what is due is sent without anybody asking', async () => {
    expect(receiver.requests.filter(({ path }) => path === '/flaky')).toHaveLength(3);
  });
  test('23.4 Integration with external services: any HTTP receiver that follows Standard Webhooks', () => {
    const [request] = receiver.requests.filter(({ path }) => path === '/healthy');
    expect(request).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(Object.keys(request!.headers)).toEqual(
      expect.arrayContaining(['webhook-id', 'webhook-timestamp', 'webhook-signature']),
    );
  });
});

describe('Delivery (one message to one webhook), field by field', () => {
  let delivery: Json;
  beforeAll(async () => {
    delivery = await deliveryOf('broken');
  });
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

  test('id: UUID', () => expect(delivery['id']).toMatch(uuid));
  test('webhook: the webhook it goes to', () => expect(delivery['webhookId']).toBe(webhooks.broken.id));
  test('eventType, eventId (UUID): what happened', () =>
    expect(delivery).toMatchObject({ eventType: 'sale.created', eventId: expect.stringMatching(uuid) }));
  test('payload: the JSON sent', () => {
    const [sent] = receiver.requests.filter(({ path }) => path === '/broken');
    expect(delivery['payload']).toEqual(JSON.parse(sent!.body.toString()));
  });
  test('signature: of the last attempt', () => {
    const sent = receiver.requests.filter(({ path }) => path === '/broken');
    expect(delivery['signature']).toBe(sent.at(-1)?.headers['webhook-signature']);
  });
  test('status: PENDING, RETRYING, SUCCESS, FAILED', () => expect(delivery['status']).toBe('FAILED'));
  test('attemptCount, maxAttempts (default 5): attempts so far and at most', async () => {
    expect(delivery).toMatchObject({ attemptCount: 2, maxAttempts: 2 });
    expect(await deliveryOf('healthy')).toMatchObject({ attemptCount: 1, maxAttempts: 5 });
    expect(settings.SIGNET_MAX_ATTEMPTS.default).toBe('5');
  });
  test('nextRetryAt: when the next attempt is due', () => expect(delivery['nextRetryAt']).toBeNull());
  test('responseStatusCode, responseHeaders, responseBody: of the last attempt; body cut at 10 KB (10,240 bytes)', () => {
    expect(delivery).toMatchObject({
      responseStatusCode: 500,
      responseHeaders: { 'x-shop': 'yes' },
      responseBody: LONG.slice(0, 10_240),
      responseBodyTruncated: true,
    });
  });
  test('errorMessage: why it failed', () => expect(delivery['errorMessage']).toBe('The receiver answered 500.'));
  test('sentAt, completedAt, durationMs: timing', () =>
    expect(delivery).toMatchObject({
      sentAt: expect.any(String),
      completedAt: expect.any(String),
      durationMs: expect.any(Number),
    }));
  test('createdAt, updatedAt: times', () =>
    expect(String(delivery['updatedAt']) > String(delivery['createdAt'])).toBe(true));
});

describe('Delivery, its behaviour', () => {
  test('can it be retried', () => {
    const state = {
      status: 'RETRYING',
      attemptCount: 4,
      unspentAttempts: 0,
      maxAttempts: 5,
      isRetryAsked: false,
    } as const;
    expect(canBeRetried(state)).toBe(true);
    expect(canBeRetried({ ...state, attemptCount: 5 })).toBe(false);
    expect(canBeRetried({ ...state, status: 'SUCCESS' })).toBe(false);
  });
  test.each([
    [1, MINUTE_MS],
    [2, 5 * MINUTE_MS],
    [3, 15 * MINUTE_MS],
    [4, HOUR_MS],
    [5, 4 * HOUR_MS],
  ])('backoff after attempt 1, 2, 3, 4, 5: 1 min, 5 min, 15 min, 1 h, 4 h: after %d', (attempt, delayMs) => {
    const scheduleMs = settings.SIGNET_RETRY_SCHEDULE.schema.parse(settings.SIGNET_RETRY_SCHEDULE.default);
    expect(nextDelayMs({ scheduleMs, jitter: 0 }, attempt, 0, null)).toBe(delayMs);
  });
  test('success ends it', async () => expect((await deliveryOf('flaky'))['completedAt']).not.toBeNull());
  test('failure schedules the next attempt, or ends it as FAILED when none is left', async () => {
    const attempts = await attemptsOf('broken');
    expect(attempts.map(({ nextAttemptAt }) => nextAttemptAt === null)).toEqual([false, true]);
    expect((await deliveryOf('broken'))['status']).toBe('FAILED');
  });
  test('a sentence about its retries for people', async () => {
    expect((await deliveryOf('broken'))['summary']).toBe('Attempt 2 of 2 failed; no attempts are left.');
    expect((await deliveryOf('flaky'))['summary']).toBe('Attempt 3 of 5 succeeded.');
    // "Attempt 2 of 5 failed; next attempt at …": apps/e2e/src/failing-webhooks-are-retried-reported-and-disabled.e2e.spec.ts
  });
  test.each([
    ['(webhook, createdAt descending)', /\(webhook_id, created_at DESC, id DESC\)$/],
    ['(webhook, status)', /\(webhook_id, status[,)]/],
    ['(status, nextRetryAt)', /\(status, next_retry_at\)/],
    ['(eventType, eventId)', /\((event_type, event_id|event_id, event_type)\)$/],
    ['(eventType, subject)', /\(subject, event_type, created_at DESC, id DESC/],
    ['(messageId)', /\(message_id, created_at DESC, id DESC/],
  ])('indexed by %s', async (_what, definition) => {
    const { rows } = await sql<{ indexdef: string }>`
      select indexdef from pg_indexes where schemaname = 'delivery' and tablename = 'deliveries'`.execute(
      fixture.database.query,
    );
    expect(rows.map(({ indexdef }) => indexdef)).toContainEqual(expect.stringMatching(definition));
  });
});

describe('Management interface: deliveries', () => {
  const found = async (query: string, as = key): Promise<unknown[]> => {
    const names = new Map(Object.entries(webhooks).map(([name, { id }]) => [id as unknown, name]));
    return (await list(query, as)).map(({ webhookId }) => names.get(webhookId)).toSorted();
  };
  const all = ['broken', 'flaky', 'healthy'];

  test('listed with webhook, event type, status, attempts, response code and duration', async () => {
    expect((await list(`webhookId=${webhooks.flaky.id}`))[0]).toMatchObject({
      webhookId: webhooks.flaky.id,
      eventType: 'sale.created',
      status: 'SUCCESS',
      attemptCount: 3,
      responseStatusCode: 200,
      durationMs: expect.any(Number),
    });
  });
  const past = '2001-01-01T00:00:00Z';
  test.each<[string, () => string, string[]]>([
    ['status', () => 'status=FAILED', ['broken']],
    ['event type', () => 'eventType=sale.created', all],
    ['event type, another', () => 'eventType=sale.updated', []],
    ['created', () => `createdAfter=${past}`, all],
    ['created before', () => `createdBefore=${past}`, []],
    ['sent', () => `sentAfter=${past}`, all],
    ['sent before', () => `sentBefore=${past}`, []],
    ['webhook', () => `webhookId=${webhooks.flaky.id}`, ['flaky']],
  ])('filtered by %s', async (_what, query, expected) => expect(await found(query())).toEqual(expected));
  test.each<[string, () => string, string[]]>([
    ['webhook name', () => 'FLAKY', ['flaky']],
    ['event type', () => 'sale.', all],
    ['error message', () => 'answered 500', ['broken']],
    ['what nothing has', () => 'no such thing', []],
  ])('searched by %s', async (_what, q, expected) =>
    expect(await found(`q=${encodeURIComponent(q())}`)).toEqual(expected),
  );
  test('searched by event id', async () => {
    const { eventId } = await deliveryOf('healthy');
    expect(await found(`q=${String(eventId)}`)).toEqual(all);
  });
  test('for the platform’s operators too, and for no other tenant', async () => {
    expect(await found('', operator)).toEqual(all);
    expect(await found('', await api.newKey(newId()))).toEqual([]);
  });
  test('read-only, but deletable for cleanup', async () => {
    const path = `/v1/deliveries/${String((await deliveryOf('broken'))['id'])}`;
    for (const method of ['PUT', 'PATCH', 'POST']) {
      const answer = await api.call(method, path, { key, body: { status: 'SUCCESS' } });
      expect({ method, status: answer.status }).toEqual({ method, status: 405 });
    }
    expect((await api.call('DELETE', path, { key })).status).toBe(204);
    expect((await api.call('GET', path, { key })).status).toBe(404);
    expect(await found('')).toEqual(['flaky', 'healthy']);
  });
});
