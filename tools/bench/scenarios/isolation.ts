import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { BenchTenant } from '../bench-tenant.ts';
import { nowMicros } from '../clock.ts';
import type { Baseline } from '../deliveries.ts';
import { baselineOf, settle, untilDelivered } from '../deliveries.ts';
import { addUp } from '../measure/ledger.ts';
import type { Ledger } from '../measure/ledger.ts';
import { percentile } from '../measure/percentile.ts';
import type { Producer } from '../outgoing.ts';
import { Outgoing } from '../outgoing.ts';
import { atRate } from '../pacer.ts';
import type { Outcome } from '../result.ts';
import { TARGETS } from '../targets.ts';
import { refusals } from './figures.ts';

const HEALTHY = Array.from({ length: 8 }, (_, index) => `/ok/isolation-${index + 1}`);
const BAD = ['/hang/isolation', '/fail/isolation'];
const NEIGHBOUR = '/ok/isolation-neighbour';
const WARM_UP_SECONDS = 3;
const SECONDS = 8;
const NEIGHBOUR_PER_SECOND = 50;
/** Messages of the loaded tenant on their way at once: enough to keep Signet busy, too few for a long queue. */
const WINDOW = 400;
const BATCH = 50;
/** A p99 of a few hundred messages that rises by less than this is called unchanged. */
const UNCHANGED = 1.1;

interface Phase {
  /** Deliveries a second to the healthy webhooks. */
  readonly perSecond: number;
  readonly neighbourP50: number;
  readonly neighbourP99: number;
  readonly ledgers: readonly Ledger[];
  readonly notes: readonly string[];
}

interface Tenants {
  readonly bench: Bench;
  readonly loaded: Producer;
  readonly neighbour: Producer;
}

/**
 * Eight healthy webhooks of one tenant under full load, and another tenant's trickle; then the same beside a webhook that
 * never answers and one that always fails. What do the healthy ones and the neighbour lose?
 */
export async function isolation(bench: Bench): Promise<Outcome> {
  const loaded = await BenchTenant.create(bench, 'isolation');
  const neighbour = await BenchTenant.create(bench, 'isolation neighbour');
  await loaded.addWebhooks(HEALTHY);
  await neighbour.addWebhooks([NEIGHBOUR]);
  const tenants = {
    bench,
    loaded: bench.kafka.producerFor(loaded.id),
    neighbour: bench.kafka.producerFor(neighbour.id),
  };
  const warmUp = await phase(tenants, WARM_UP_SECONDS);
  const alone = await phase(tenants, SECONDS);
  await loaded.addWebhooks(BAD);
  const beside = await phase(tenants, SECONDS);
  await loaded.close();
  await neighbour.close();
  const phases = [warmUp, alone, beside];
  return {
    scenario: 'isolation',
    figures: [
      { name: 'healthy, undisturbed: delivered a second', value: alone.perSecond, digits: 0, comparison: 'rate' },
      { name: 'healthy, beside bad ones: delivered a second', value: beside.perSecond, digits: 0, comparison: 'rate' },
      {
        name: 'share of the undisturbed rate',
        value: (beside.perSecond / alone.perSecond) * 100,
        digits: 1,
        unit: '%',
        target: TARGETS.isolation.share,
      },
      { name: 'neighbour, undisturbed: p50', value: alone.neighbourP50, digits: 1, unit: 'ms' },
      { name: 'neighbour, beside bad ones: p50', value: beside.neighbourP50, digits: 1, unit: 'ms' },
      { name: 'neighbour, undisturbed: p99', value: alone.neighbourP99, digits: 1, unit: 'ms' },
      {
        name: 'neighbour, beside bad ones: p99',
        value: beside.neighbourP99,
        digits: 1,
        unit: 'ms',
        target: { relation: '≤', value: alone.neighbourP99 * UNCHANGED },
      },
    ],
    ledger: addUp(phases.flatMap(({ ledgers }) => ledgers)),
    notes: [...new Set(phases.flatMap(({ notes }) => notes))],
  };
}

async function phase({ bench, loaded, neighbour }: Tenants, seconds: number): Promise<Phase> {
  const baseline = await baselineOf(bench, [...HEALTHY, NEIGHBOUR]);
  const healthy = new Map(HEALTHY.map((path) => [path, baseline.get(path) ?? 0]));
  const load = new Outgoing();
  const trickle = new Outgoing();
  const sending: Promise<void>[] = [];
  const startedAt = nowMicros();
  const trickling = atRate(NEIGHBOUR_PER_SECOND, seconds, (dueAt) => {
    sending.push(trickle.send(neighbour, [bench.sales.make()], dueAt));
  });
  await keepWindowFull(bench, loaded, load, healthy, startedAt + seconds * 1e6);
  await trickling;
  await Promise.all(sending);
  await untilDelivered(bench, load, healthy);
  await untilDelivered(bench, trickle, new Map([[NEIGHBOUR, baseline.get(NEIGHBOUR) ?? 0]]));
  const loadDeliveries = await settle(bench, load, HEALTHY);
  const { latencies, ledger } = await settle(bench, trickle, [NEIGHBOUR]);
  const came = loadDeliveries.ledger.once + loadDeliveries.ledger.repeated;
  return {
    perSecond: came / ((loadDeliveries.lastArrivalAt - startedAt) / 1e6),
    neighbourP50: percentile(latencies, 50),
    neighbourP99: percentile(latencies, 99),
    ledgers: [loadDeliveries.ledger, ledger],
    notes: [...refusals(load), ...refusals(trickle)],
  };
}

/** Sends as fast as the healthy webhooks are served, which is what is measured; the bad ones are not waited for. */
async function keepWindowFull(
  bench: Bench,
  producer: Producer,
  outgoing: Outgoing,
  healthy: Baseline,
  until: number,
): Promise<void> {
  while (nowMicros() < until) {
    const count = await bench.receiver.counts();
    const came = [...healthy].reduce((sum, [path, probes]) => sum + count(path).messages - probes, 0) / healthy.size;
    let room = WINDOW - (outgoing.messages.length - came);
    for (; room >= BATCH; room -= BATCH) {
      await outgoing.send(
        producer,
        Array.from({ length: BATCH }, () => bench.sales.make()),
      );
    }
    await delay(5);
  }
}
