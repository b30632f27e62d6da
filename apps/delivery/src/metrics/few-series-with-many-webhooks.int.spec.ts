import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EVENT_TYPE_NAMES, newId } from '@signet/contracts';
import { SERVICE_METRICS } from '@signet/service-kit';
import { askEach, routesOf, scrape, waitFor } from '@signet/testing';
import { Registry } from 'prom-client';
import type { Histogram } from 'prom-client';
import { NO_FAILURES } from '../circuit/circuit.policy.ts';
import type { StoredCircuit } from '../circuit/stored-circuit.ts';
import { DispatchService } from '../dispatch/dispatch.service.ts';
import { DeliveryApi } from '../testing/delivery-api.ts';
import { DispatchFixture } from '../testing/dispatch-fixture.ts';
import { countEveryOutcome } from '../testing/every-outcome.ts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { DELIVERY_METRICS, MAX_CIRCUIT_SERIES } from './definitions.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';

const WEBHOOKS = 100_000;
/** So many of them fail. */
const OPEN = 1_000;
/** This replica serves none. One that serves this many has as many series more. */
const PARTITIONS = 64;
const MOST_SERIES = 2_000;

let fixture: DispatchFixture;
let api: DeliveryApi;
beforeAll(async () => {
  fixture = await DispatchFixture.create();
  api = await DeliveryApi.on(fixture);
});
afterAll(async () => {
  await api?.stop();
  await fixture?.close();
});

test('delivery has at most 2,000 series with 100,000 webhooks, after every route has answered in every class', async () => {
  const { app, url, managementUrl } = api.service;
  const webhooks = Array.from({ length: WEBHOOKS }, (_, n) =>
    snapshotOf({ tenantId: `tenant-${n % 10_000}`, events: [EVENT_TYPE_NAMES[n % EVENT_TYPE_NAMES.length] ?? ''] }),
  );
  for (const webhook of webhooks) api.knows(webhook);
  const later = Date.now() + 3_600_000;
  const open = (webhookId: string, n: number): StoredCircuit => ({
    ...{ webhookId, partition: n % 6, failures: NO_FAILURES, activeSince: null, openings: 1 },
    open: { openedAt: n, probeAt: later },
  });
  app.get(DispatchService).circuits.restore(webhooks.slice(0, OPEN).map(({ id }, n) => open(id, n)));
  countEveryOutcome(app.get(DeliveryMetrics));

  const routes = await routesOf(url);
  expect(routes.length).toBeGreaterThan(10);
  await askEach(url, [...routes, { method: 'GET', route: `/${newId()}` }]);
  const seconds = app.get(Registry).getSingleMetric(SERVICE_METRICS.requestSeconds.name) as Histogram;
  for (const { method, route } of [...routes, { method: 'any', route: 'unmatched' }])
    for (const status of ['2xx', '3xx', '4xx', '5xx']) seconds.labels(method, route, status).observe(0.01);

  // The gauges that PostgreSQL and Kafka are asked for may come a scrape later.
  const { directoryWebhooks, openCircuits, circuitOpenSeconds, overdueSeconds } = DELIVERY_METRICS;
  const series = await waitFor(
    async () => {
      const now = await scrape(managementUrl);
      const isAsked = now.some((line) => line.startsWith(overdueSeconds.name));
      // The directory also learns of the webhooks of other tests on the same Kafka.
      const known = now.find((line) => line.startsWith(`${directoryWebhooks.name} `))?.split(' ')[1];
      return isAsked && Number(known) >= WEBHOOKS && now;
    },
    { what: 'all webhooks, and what PostgreSQL is asked for' },
  );
  expect(series).toContain(`${openCircuits.name} ${OPEN}`);
  expect(series.filter((line) => line.startsWith(`${circuitOpenSeconds.name}{`))).toHaveLength(MAX_CIRCUIT_SERIES);
  expect(series.length).toBeLessThanOrEqual(MOST_SERIES - PARTITIONS);
});
