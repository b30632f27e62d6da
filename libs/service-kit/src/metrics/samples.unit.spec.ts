import { beforeEach, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { pinoLogger } from '../logging/logger.ts';
import { defineGauge } from './definition.ts';
import { gauge } from './metrics.ts';
import { Samples } from './samples.ts';

const LAG = defineGauge({ name: 'lag_seconds', help: 'A lag.', unit: 'seconds', use: 'None.' });

let now: number;
let registry: Registry;
let samples: Samples;
let reads: number;

beforeEach(() => {
  now = 0;
  reads = 0;
  registry = new Registry();
  samples = new Samples({ registry, logger: pinoLogger('test', 'silent'), now: () => now, scrapeWaitMs: 20 });
});

function addLag(read: () => Promise<number>): void {
  const lag = gauge(registry, LAG);
  samples.add({
    name: 'lag',
    read: () => {
      reads += 1;
      return read();
    },
    show: (value) => lag.set(value),
    hide: () => lag.remove(),
  });
}

async function scrape(): Promise<string[]> {
  await samples.refresh();
  return (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#'));
}

test('a scrape shows the value that was read for it', async () => {
  addLag(() => Promise.resolve(7));
  expect(await scrape()).toEqual(
    expect.arrayContaining(['lag_seconds 7', 'signet_sample_age_seconds{sample="lag"} 0']),
  );
});

test('a fresh value is not read again', async () => {
  addLag(() => Promise.resolve(7));
  await scrape();
  now = 1_999;
  await scrape();
  expect(reads).toBe(1);
  now = 2_000;
  await scrape();
  expect(reads).toBe(2);
});

test('a read that hangs does not hold up the scrape, nor is it asked a second time', async () => {
  let value = Promise.resolve(7);
  addLag(() => value);
  await scrape();
  value = new Promise(() => undefined);
  now = 6_000;
  expect(await scrape()).toEqual(
    expect.arrayContaining(['lag_seconds 7', 'signet_sample_age_seconds{sample="lag"} 6']),
  );
  now = 12_000;
  await scrape();
  expect(reads).toBe(2);
});

test('a read that fails is counted, and the last value is shown until it is a minute old', async () => {
  let value = Promise.resolve(7);
  addLag(() => value);
  expect(await scrape()).toContain('signet_sample_failures_total{sample="lag"} 0');
  value = Promise.reject(new Error('PostgreSQL is away'));
  value.catch(() => undefined);
  now = 59_999;
  expect(await scrape()).toEqual(
    expect.arrayContaining(['lag_seconds 7', 'signet_sample_failures_total{sample="lag"} 1']),
  );
  now = 60_000;
  expect((await scrape()).filter((line) => line.startsWith('lag_seconds'))).toEqual([]);
});

test('a value that could never be read has an age from the start, so that an alert can see it', async () => {
  addLag(() => new Promise(() => undefined));
  now = 130_000;
  expect(await scrape()).toContain('signet_sample_age_seconds{sample="lag"} 130');
});

test('a value is shown again once it can be read again', async () => {
  let value = Promise.reject<number>(new Error('PostgreSQL is away'));
  value.catch(() => undefined);
  addLag(() => value);
  expect((await scrape()).filter((line) => line.startsWith('lag_seconds'))).toEqual([]);
  value = Promise.resolve(3);
  expect(await scrape()).toContain('lag_seconds 3');
});
