import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EVENT_TYPE_NAMES } from '@signet/contracts';
import { SERVICE_METRICS } from '@signet/service-kit';
import { askEach, routesOf, scrape } from '@signet/testing';
import { Registry } from 'prom-client';
import type { Histogram } from 'prom-client';
import { REFUSAL_REASONS } from '../event/refusal.ts';
import { TestIngestion } from '../testing/ingestion.ts';
import { ENTRANCES } from './definitions.ts';
import { IngestionMetrics } from './ingestion-metrics.ts';

const MOST_SERIES = 2_000;
/** Number of unknown tenants; each gets a message. */
const TENANTS = 50;

let ingestion: TestIngestion;
beforeAll(async () => {
  ingestion = await TestIngestion.start();
});
afterAll(() => ingestion?.stop());

// Ingestion knows no webhooks, so 100,000 of them add no series. Only values that senders choose could add series.
test('ingestion has at most 2,000 series after every route has answered in every class and every message was refused for every reason', async () => {
  const { app, url, managementUrl } = ingestion.service;
  const metrics = app.get(IngestionMetrics);
  for (const source of ENTRANCES) {
    metrics.acceptedOf(source, EVENT_TYPE_NAMES, 0.01);
    for (const reason of [...REFUSAL_REASONS, 'handler_error']) metrics.refusedFor(source, reason);
  }
  const key = await ingestion.newKey();
  for (let n = 0; n < TENANTS; n += 1) {
    const event = { specversion: '1.0', id: `${n}`, source: '/few', type: 'sale.created', tenantid: `unknown-${n}` };
    const headers = { 'content-type': 'application/cloudevents+json' };
    expect((await ingestion.post({ headers, body: JSON.stringify(event) }, key.key)).status).toBe(422);
  }
  const routes = await routesOf(url);
  expect(routes.length).toBeGreaterThan(0);
  await askEach(url, [...routes, { method: 'GET', route: '/nothing' }]);
  const seconds = app.get(Registry).getSingleMetric(SERVICE_METRICS.requestSeconds.name) as Histogram;
  for (const { method, route } of [...routes, { method: 'any', route: 'unmatched' }])
    for (const status of ['2xx', '3xx', '4xx', '5xx']) seconds.labels(method, route, status).observe(0.01);

  const series = await scrape(managementUrl);
  expect(series.length).toBeLessThanOrEqual(MOST_SERIES);
  expect(series.filter((line) => line.includes('unknown-'))).toEqual([]);
});
