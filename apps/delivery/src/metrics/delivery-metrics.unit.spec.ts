import { spawnSync } from 'node:child_process';
import { beforeEach, expect, test } from '@jest/globals';
import { newId } from '@signet/contracts';
import { createMetrics, pinoLogger, Samples } from '@signet/service-kit';
import type { Registry } from 'prom-client';
import type { OpenCircuit } from '../circuit/stored-circuit.ts';
import { countEveryOutcome } from '../testing/every-outcome.ts';
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

const load = (): void => countEveryOutcome(metrics);
const seriesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('there are at most 2,000 series after a load of everything that can happen, with ten thousand webhooks failing', async () => {
  load();
  await samples.refresh();
  const series = seriesOf(await registry.metrics());
  expect(series.length).toBeLessThanOrEqual(2_000);
  expect(series.filter((line) => line.includes('webhook_id='))).toHaveLength(200);
});

test("no label is a tenant, a URL or a receiver's text, and a webhook is one only while its circuit is not closed", async () => {
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
