import { spawnSync } from 'node:child_process';
import { beforeEach, expect, test } from '@jest/globals';
import { ABANDON_REASONS, deliveryIdOf, ERROR_CLASSES, EVENT_TYPE_NAMES, newId } from '@signet/contracts';
import { createMetrics, pinoLogger, Samples } from '@signet/service-kit';
import type { Registry } from 'prom-client';
import type { OpenCircuit } from '../circuit/stored-circuit.ts';

import type { AttemptResult } from '../delivery/delivery.decider.ts';
import { DeliveryTask } from '../dispatch/delivery-task.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';
import { sampleStoredWork, showDispatch } from './dispatch-gauges.ts';

const WEBHOOKS = 10_000;
const LABELS = [
  ...[
    'event_type',
    'outcome',
    'status_class',
    'error_class',
    'fault',
    'status',
    'reason',
    'to',
    'sample',
    'circuit',
    'partition',
  ],
  ...['webhook_id', 'le', 'kind', 'space', 'type', 'version', 'major', 'minor', 'patch', 'evidence'],
];
let registry: Registry;
let metrics: DeliveryMetrics;
let samples: Samples;

const open = Array.from({ length: WEBHOOKS }, (_, n): OpenCircuit => ({
  webhookId: newId(),
  partition: n % 6,
  openings: 1,
  openedAt: n,
  probeAt: n,
}));

beforeEach(() => {
  registry = createMetrics();
  metrics = new DeliveryMetrics(registry, () => undefined);
  showDispatch(registry, {
    attemptsInFlight: () => 1,
    tasksInMemory: () => 1,
    openCircuits: () => WEBHOOKS,
    isPlatformFault: () => true,
    longestOpen: (limit) => open.slice(0, limit),
    recorderBacklog: () => 1,
    webhooks: () => WEBHOOKS,
    unreadableWebhooks: () => 0,
    ownedPartitions: () => [0, 1, 2, 3, 4, 5],
    keptDays: () => 2,
    now: () => new Date(60_000),
  });
  samples = new Samples({ registry, logger: pinoLogger('test', 'silent') });
  sampleStoredWork(registry, samples, {
    overdueSeconds: () => Promise.resolve(3),
    shelvedRequests: () => Promise.resolve({ open: 200, closed: 50 }),
  });
});

function attempted(eventType: string, statusCode: number | null, errorClass: (typeof ERROR_CLASSES)[number] | null) {
  const webhookId = newId();
  const message = { source: '/test', id: newId() };
  const deliveryId = deliveryIdOf(webhookId, message);
  const now = new Date();
  const task = DeliveryTask.requested(
    {
      ...{ deliveryId, webhookId, tenantId: newId(), eventId: newId(), eventType, source: message.source },
      ...{ messageId: message.id, messageTime: now.toISOString(), acceptedAt: now.getTime(), kind: 'message' },
    },
    Buffer.from('{}'),
    { partition: 0, epoch: 1, takenAt: 0, isTakenOver: true, readTo: 0n },
    1,
    now,
  );
  const failure = errorClass && { errorClass, errorMessage: webhookId, fault: 'receiver' as const };
  const facts = { attempt: 1, durationMs: 5, startedAt: now.toISOString(), response: statusCode && { statusCode } };
  metrics.attempted(task, { facts, failure } as unknown as AttemptResult);
  for (const reason of ABANDON_REASONS) metrics.abandoned(task, reason);
}

/** Every kind of outcome of every type of event, each of another webhook of another tenant. */
function load(): void {
  for (const type of EVENT_TYPE_NAMES) {
    for (const status of [200, 204]) attempted(type, status, null);
    for (const status of [301, 400, 404, 410, 429, 500, 503, 999])
      for (const errorClass of ['http_status', 'redirect', 'throttled', 'gone'] as const)
        attempted(type, status, errorClass);
    for (const errorClass of ERROR_CLASSES) attempted(type, null, errorClass);
  }
  for (const to of ['open', 'half_open', 'closed'] as const) metrics.circuitChanged(to);
  for (const reason of ['not_a_delivery_request', 'body_not_utf8', 'handler_error']) metrics.deadLettered(reason);
  metrics.fannedOut(1, WEBHOOKS);
}
const seriesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('there are at most 2,000 series after a load of everything that can happen, with ten thousand webhooks failing', async () => {
  load();
  await samples.refresh();
  const series = seriesOf(await registry.metrics());
  expect(series.length).toBeLessThanOrEqual(2_000);
  expect(series.filter((line) => line.includes('webhook_id='))).toHaveLength(200);
});

test('no label is a tenant, a URL or what somebody said, and a webhook is one only while its circuit is not closed', async () => {
  load();
  const text = await registry.metrics();
  const labels = new Set(seriesOf(text).flatMap((line) => [...line.matchAll(/(\w+)="/g)].map(([, label]) => label)));
  expect([...labels].filter((label) => !LABELS.includes(label ?? ''))).toEqual([]);
  const withWebhook = seriesOf(text).filter((line) => line.includes('webhook_id='));
  expect(new Set(withWebhook.map((line) => line.split('{')[0]))).toEqual(
    new Set(['signet_delivery_circuit_open_seconds']),
  );
});

test('names say what they count and in which base unit', async () => {
  load();
  for (const { name, help, type } of await registry.getMetricsAsJSON()) {
    if (!name.startsWith('signet_')) continue;
    expect(name).toMatch(/^signet_[a-z0-9_]+$/);
    expect(help).toMatch(/\.$/);
    expect([name, name.endsWith('_total')]).toEqual([name, String(type) === 'counter']);
    expect(name).not.toMatch(/_(?:ms|milliseconds|minutes|percent|kb|mb)(?:_|$)/);
    if (String(type) === 'histogram') expect(name).toMatch(/_seconds$/);
  }
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
(hasPromtool ? test : test.skip)('promtool has nothing to say about them', async () => {
  load();
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: await registry.metrics() });
  expect(`${stdout}${stderr}`).toBe('');
  expect(status).toBe(0);
});
