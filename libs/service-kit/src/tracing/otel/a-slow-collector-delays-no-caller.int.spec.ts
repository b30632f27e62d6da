import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { OtlpCollector, waitFor } from '@signet/testing';
import { pinoLogger } from '../../logging/logger.ts';
import { startTracing } from '../start-tracing.ts';
import type { Tracing } from '../tracing.ts';

/** The number of spans that may wait, plus one batch under way. */
const ROOM = 8_192 + 512;

let collector: OtlpCollector;
let tracing: Tracing;
beforeEach(async () => {
  collector = await OtlpCollector.start();
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const service = { name: 'test', version: '0', installation: undefined };
  tracing = await startTracing(settings, service, pinoLogger('test', 'silent'));
});
afterEach(async () => {
  await tracing.stop();
  await collector.close();
});

const trace = (spans: number): void => {
  for (let n = 0; n < spans; n += 1) tracing.start('work').end();
};
const sum = ({ exported, failed, dropped }: Tracing['counts']): number => exported + failed + dropped;

test('spans that find no room are dropped and counted, and a stop does not wait for the others', async () => {
  collector.isHanging = true;
  trace(ROOM + 1_000);
  expect(tracing.counts).toEqual({ exported: 0, failed: 0, dropped: 1_000 });
  await waitFor(() => collector.requests.length > 0, { what: 'an export' });
  const began = performance.now();
  await tracing.stop();
  // The export itself may take ten seconds.
  expect(performance.now() - began).toBeLessThan(8_000);
});

test('while the collector answers, every span is exported', async () => {
  trace(2_000);
  await waitFor(() => sum(tracing.counts) === 2_000, { what: 'the exports' });
  expect(tracing.counts.exported).toBe(2_000);
  expect(collector.spans).toHaveLength(2_000);
});

test('links of a batch are bounded, and links that are not sampled come last', async () => {
  const id = (n: number): string => n.toString(16).padStart(16, '0');
  const context = (n: number, flags: string): string => `00-4bf92f3577b34da6a3ce929d0e0e4736-${id(n + 1)}-${flags}`;
  const links = Array.from({ length: 300 }, (_, n) => context(n, n < 100 ? '00' : '01'));
  tracing.start('batch', { links }).end();
  await waitFor(() => collector.spans.length === 1, { what: 'the batch' });
  const [batch] = collector.spans;
  expect(batch?.links.map(({ spanId }) => spanId)).toEqual(Array.from({ length: 128 }, (_, n) => id(n + 101)));
});
