import type { Bench } from '../bench.ts';
import type { Outcome } from '../figures/result.ts';
import type { ScenarioName } from '../scenario-name.ts';
import { TARGETS } from '../figures/targets.ts';
import { growth } from '../growth/grow.ts';
import { askedFor } from './asked-for.ts';
import { burst } from './burst.ts';
import { crash } from './crash.ts';
import { deliveryLists } from './lists/delivery-lists.ts';
import { idle } from './idle.ts';
import { isolation } from './isolation.ts';
import { ordered } from './ordered.ts';
import { overdue } from './overdue.ts';
import { latency } from './latency.ts';
import { registryLists } from './lists/registry-lists.ts';
import type { Throughput } from './throughput.ts';
import { throughput } from './throughput.ts';

/** One row or more of the report. */
export type Scenario = (bench: Bench) => Promise<readonly Outcome[]>;

const MESSAGES = 20_000;
const FAN_OUT_MESSAGES = 4_000;

const measured =
  (plan: Throughput): Scenario =>
  async (bench) => [await throughput(bench, { ...plan, messages: bench.messages ?? plan.messages })];

/** All scenarios by name, in the order in which they run. */
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  'http-single': measured({
    name: 'http-single',
    messages: MESSAGES,
    webhooks: 1,
    batch: 1,
    width: 32,
    via: 'http',
    targets: TARGETS.httpSingle,
  }),
  'http-batch': measured({
    name: 'http-batch',
    messages: MESSAGES,
    webhooks: 1,
    batch: 100,
    width: 4,
    via: 'http',
    targets: TARGETS.httpBatch,
  }),
  kafka: measured({
    name: 'kafka',
    messages: MESSAGES,
    webhooks: 1,
    batch: 500,
    width: 2,
    via: 'kafka',
    targets: TARGETS.kafka,
  }),
  'fan-out-10': measured({
    name: 'fan-out-10',
    messages: FAN_OUT_MESSAGES,
    webhooks: 10,
    batch: 500,
    width: 2,
    via: 'kafka',
    targets: TARGETS.fanOut10,
  }),
  'latency-200': async (bench) => [await latency(bench, 'kafka'), await latency(bench, 'http')],
  isolation: async (bench) => [await isolation(bench)],
  burst,
  idle: async (bench) => [await idle(bench)],
  overdue: async (bench) => [await overdue(bench)],
  crash: async (bench) => [await crash(bench)],
  ordered,
  'asked-for': async (bench) => [await askedFor(bench)],
  'registry-lists': async (bench) => [await registryLists(bench)],
  'delivery-lists': async (bench) => [await deliveryLists(bench)],
  growth,
};

/** The warm-up is not measured: with cold code, cold caches and empty connection pools the figures would say nothing about a running system. */
export const warmUp: Scenario = async (bench) => [
  await throughput(bench, { name: 'warm-up-http', messages: 1_000, webhooks: 1, batch: 1, width: 32, via: 'http' }),
  await throughput(bench, { name: 'warm-up-kafka', messages: 3_000, webhooks: 1, batch: 500, width: 2, via: 'kafka' }),
];
