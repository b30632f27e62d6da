import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SERVICE_METRICS } from '@signet/service-kit';
import { askEach, routesOf, scrape, waitFor } from '@signet/testing';
import pg from 'pg';
import { Registry } from 'prom-client';
import type { Histogram } from 'prom-client';
import type { TestRegistry } from '../testing/registry.ts';
import { startRegistry } from '../testing/registry.ts';
import { MAX_WEBHOOK_SERIES, REGISTRY_METRICS } from './registry-metrics.ts';

const MOST_SERIES = 2_000;
const SEED = new URL('../testing/many-webhooks.sql', import.meta.url);
/** 2,500 of the 100,000 have been disabled, all of them within the last day. */
const DISABLE_NOW = `update registry.webhooks set disabled_at = now(), consecutive_failures = 10 where disabled_reason = 'failing'`;

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry({ SIGNET_SMTP_URL: 'smtp://127.0.0.1:2525' });
  const client = new pg.Client({ connectionString: registry.database.url });
  await client.connect();
  await client.query(readFileSync(SEED, 'utf8'));
  await client.query(DISABLE_NOW);
  await client.end();
});
afterAll(() => registry.stop());

const ofWebhooks = (series: readonly string[], { name }: { name: string }): string[] =>
  series.filter((line) => line.startsWith(`${name}{webhook_id=`));

test('the registry has at most 2,000 series with 100,000 webhooks, after every route has answered in every class', async () => {
  const { service } = registry;
  const routes = await routesOf(service.url);
  expect(routes.length).toBeGreaterThan(25);
  await askEach(service.url, routes);
  await fetch(`${service.url}/console/`);
  await fetch(`${service.url}/nothing`);
  // An answered route appears in the metrics under the path that it has in the OpenAPI document.
  const measured = (await scrape(service.managementUrl)).filter((line) => line.includes('_duration_seconds_count{'));
  for (const { method, route } of routes)
    expect(measured.filter((line) => line.includes(`method="${method}",route="${route}",`))).toHaveLength(1);

  const seconds = service.app.get(Registry).getSingleMetric(SERVICE_METRICS.requestSeconds.name) as Histogram;
  for (const { method, route } of [...routes, { method: 'any', route: 'unmatched' }])
    for (const status of ['2xx', '3xx', '4xx', '5xx']) seconds.labels(method, route, status).observe(0.01);
  const series = await waitFor(
    async () => {
      const now = await scrape(service.managementUrl);
      return ofWebhooks(now, REGISTRY_METRICS.disabled).length > 0 && now;
    },
    { what: 'the webhooks that fail' },
  );
  expect(series).toContain('signet_registry_webhooks{state="active"} 97500');
  expect(ofWebhooks(series, REGISTRY_METRICS.disabled)).toHaveLength(MAX_WEBHOOK_SERIES);
  expect(ofWebhooks(series, REGISTRY_METRICS.consecutiveFailures)).toHaveLength(MAX_WEBHOOK_SERIES);
  expect(series.length).toBeLessThanOrEqual(MOST_SERIES);
});
