import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { BenchTenant } from '../installation/bench-tenant.ts';
import { nowMicros } from '../clock.ts';
import type { Baseline } from '../load/deliveries.ts';
import { baselineOf, settle, untilDelivered } from '../load/deliveries.ts';
import type { CpuSpent } from '../measure/cpu.ts';
import { signetSeconds, spentBetween } from '../measure/cpu.ts';
import { addUp } from '../measure/ledger.ts';
import type { Ledger } from '../measure/ledger.ts';
import { chanceOfRise } from '../measure/noise.ts';
import { percentile } from '../measure/percentile.ts';
import type { PartName } from '../measure/signet-processes.ts';
import type { Producer } from '../load/outgoing.ts';
import { Outgoing } from '../load/outgoing.ts';
import { atRate } from '../load/pacer.ts';
import type { Outcome } from '../figures/result.ts';
import { TARGETS } from '../figures/targets.ts';
import { refusals } from './figures.ts';

const healthyOf = (tenant: string): string[] =>
  Array.from({ length: 8 }, (_, index) => `/ok/isolation-${tenant}-${index + 1}`);
const BAD = ['/hang/isolation', '/fail/isolation'];
const NEIGHBOUR = '/ok/isolation-neighbour';
const WARM_UP_SECONDS = 3;
const SECONDS = 5;
/**
 * How often the two phases (undisturbed, beside the bad webhooks) take turns, because the machine gets faster and slower and tables
 * grow meanwhile. In every other round the phase with the bad webhooks comes first.
 */
const ROUNDS = 8;
const NEIGHBOUR_PER_SECOND = 50;
/** Messages of the loaded tenant on their way at once: enough to keep Signet busy, too few for a long queue. */
const WINDOW = 400;
const BATCH = 50;

interface Phase {
  /** Deliveries to the healthy webhooks, and the time that they took. */
  readonly came: number;
  /** Messages of the loaded tenant, each of which goes to all of its webhooks. */
  readonly messages: number;
  readonly seconds: number;
  readonly cpu: CpuSpent;
  readonly neighbourLatencies: readonly number[];
  readonly ledgers: readonly Ledger[];
  readonly notes: readonly string[];
}

/** Who is under load in a phase. */
interface Loaded {
  readonly producer: Producer;
  readonly healthy: readonly string[];
}

/**
 * Eight healthy webhooks of one tenant under full load, and another tenant's trickle; and the same of a tenant that has, beside
 * its eight, a webhook that never answers and one that always fails. They take turns. What do the healthy ones and the
 * neighbour lose?
 */
export async function isolation(bench: Bench): Promise<Outcome> {
  const tenants = await Promise.all(
    ['isolation alone', 'isolation beside', 'isolation neighbour'].map((name) => BenchTenant.create(bench, name)),
  );
  const [alone, beside, neighbour] = tenants as [BenchTenant, BenchTenant, BenchTenant];
  const loaded = (tenant: BenchTenant, name: string): Loaded => ({
    producer: bench.kafka.producerFor(tenant.id),
    healthy: healthyOf(name),
  });
  const undisturbed = loaded(alone, 'alone');
  const disturbed = loaded(beside, 'beside');
  await alone.addWebhooks(undisturbed.healthy);
  await beside.addWebhooks([...disturbed.healthy, ...BAD]);
  await neighbour.addWebhooks([NEIGHBOUR]);
  const trickle = bench.kafka.producerFor(neighbour.id);

  const warmUp = [await phase(bench, undisturbed, trickle, WARM_UP_SECONDS)];
  const without: Phase[] = [];
  const withBad: Phase[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [
      async () => without.push(await phase(bench, undisturbed, trickle, SECONDS)),
      async () => withBad.push(await phase(bench, disturbed, trickle, SECONDS)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  await Promise.all(tenants.map((tenant) => tenant.close()));

  const phases = [...warmUp, ...without, ...withBad];
  const pairs = without.map((one, at) => [one.neighbourLatencies, withBad[at]?.neighbourLatencies ?? []] as const);
  return {
    scenario: 'isolation',
    figures: [
      { name: 'healthy, undisturbed: delivered a second', value: rateOf(without), digits: 0, comparison: 'rate' },
      { name: 'healthy, beside bad ones: delivered a second', value: rateOf(withBad), digits: 0, comparison: 'rate' },
      {
        name: 'share of the undisturbed rate',
        value: (rateOf(withBad) / rateOf(without)) * 100,
        digits: 1,
        unit: '%',
        target: TARGETS.isolation.share,
      },
      { name: 'CPU seconds per 1,000 healthy, undisturbed', value: cpuOf(without), digits: 3, comparison: 'cpu' },
      { name: 'CPU seconds per 1,000 healthy, beside bad ones', value: cpuOf(withBad), digits: 3, comparison: 'cpu' },
      { name: 'neighbour, undisturbed: p50', value: neighbourOf(without, 50), digits: 1, unit: 'ms' },
      { name: 'neighbour, beside bad ones: p50', value: neighbourOf(withBad, 50), digits: 1, unit: 'ms' },
      { name: 'neighbour, undisturbed: p99', value: neighbourOf(without, 99), digits: 1, unit: 'ms' },
      { name: 'neighbour, beside bad ones: p99', value: neighbourOf(withBad, 99), digits: 1, unit: 'ms' },
      {
        name: 'chance that noise alone raises that p99 by as much',
        value: chanceOfRise(pairs, (latencies) => percentile(latencies, 99)),
        digits: 2,
        target: TARGETS.isolation.chanceOfRise,
      },
    ],
    ledger: addUp(phases.flatMap(({ ledgers }) => ledgers)),
    notes: [
      `Messages, undisturbed: ${messagesOf(without)}, and ${neighboursOf(without)} of the neighbour; beside bad ones: ${messagesOf(withBad)} and ${neighboursOf(withBad)}.`,
      `Deliveries a second in turn, undisturbed: ${rates(without)}; beside bad ones: ${rates(withBad)}.`,
      `CPU seconds per 1,000 healthy by part, undisturbed: ${partsOf(without)}; beside bad ones: ${partsOf(withBad)}.`,
      `The neighbour's p99 in turn, milliseconds, undisturbed: ${p99s(without)}; beside bad ones: ${p99s(withBad)}.`,
      ...new Set(phases.flatMap(({ notes }) => notes)),
    ],
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const rateOf = (phases: readonly Phase[]): number =>
  sum(phases.map(({ came }) => came)) / sum(phases.map(({ seconds }) => seconds));
const cpuOf = (phases: readonly Phase[]): number =>
  sum(phases.map(({ cpu }) => signetSeconds(cpu))) / (sum(phases.map(({ came }) => came)) / 1_000);
const partsOf = (phases: readonly Phase[]): string => {
  const names = Object.keys(phases[0]?.cpu.parts ?? {}) as PartName[];
  const thousands = sum(phases.map(({ came }) => came)) / 1_000;
  return names
    .map((name) => `${name} ${(sum(phases.map(({ cpu }) => cpu.parts[name] ?? 0)) / thousands).toFixed(3)}`)
    .join(', ');
};
const messagesOf = (phases: readonly Phase[]): number => sum(phases.map(({ messages }) => messages));
const neighboursOf = (phases: readonly Phase[]): number =>
  sum(phases.map(({ neighbourLatencies }) => neighbourLatencies.length));
const rates = (phases: readonly Phase[]): string => phases.map((one) => rateOf([one]).toFixed(0)).join(', ');
const p99s = (phases: readonly Phase[]): string => phases.map((one) => neighbourOf([one], 99).toFixed(0)).join(', ');
const neighbourOf = (phases: readonly Phase[], percent: number): number =>
  percentile(
    phases.flatMap(({ neighbourLatencies }) => neighbourLatencies),
    percent,
  );

async function phase(
  bench: Bench,
  { producer, healthy: paths }: Loaded,
  neighbour: Producer,
  seconds: number,
): Promise<Phase> {
  const before = await bench.cpu.settled();
  const baseline = await baselineOf(bench, [...paths, NEIGHBOUR]);
  const healthy = new Map(paths.map((path) => [path, baseline.get(path) ?? 0]));
  const load = new Outgoing();
  const trickle = new Outgoing();
  const sending: Promise<void>[] = [];
  const startedAt = nowMicros();
  const trickling = atRate(NEIGHBOUR_PER_SECOND, seconds, (dueAt) => {
    sending.push(trickle.send(neighbour, [bench.sales.make()], dueAt));
  });
  await keepWindowFull(bench, producer, load, healthy, startedAt + seconds * 1e6);
  await trickling;
  await Promise.all(sending);
  await untilDelivered(bench, load, healthy);
  await untilDelivered(bench, trickle, new Map([[NEIGHBOUR, baseline.get(NEIGHBOUR) ?? 0]]));
  const cpu = spentBetween(before, bench.cpu.read());
  const loadDeliveries = await settle(bench, load, paths);
  const { latencies, ledger } = await settle(bench, trickle, [NEIGHBOUR]);
  return {
    messages: load.messages.length,
    came: loadDeliveries.ledger.once + loadDeliveries.ledger.repeated,
    seconds: (loadDeliveries.lastArrivalAt - startedAt) / 1e6,
    cpu,
    neighbourLatencies: latencies,
    ledgers: [loadDeliveries.ledger, ledger],
    notes: [...refusals(load), ...refusals(trickle)],
  };
}

/** Sends as fast as the healthy webhooks get their deliveries, which is the measured rate. It does not wait for the bad webhooks. */
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
