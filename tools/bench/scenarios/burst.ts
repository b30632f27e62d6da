import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { BenchTenant } from '../installation/bench-tenant.ts';
import { nowMicros } from '../clock.ts';
import { baselineOf, settle, untilDelivered } from '../load/deliveries.ts';
import { Outgoing, sendInBatches } from '../load/outgoing.ts';
import { atRate } from '../load/pacer.ts';
import type { Figure, Outcome, Target } from '../figures/result.ts';
import { addUp, reconcile } from '../measure/ledger.ts';
import type { Ledger } from '../measure/ledger.ts';
import { spreadOf } from '../measure/percentile.ts';
import { TARGETS } from '../figures/targets.ts';
import { refusals } from './figures.ts';

type Way = 'http' | 'kafka';

const BURSTS = [5_000, 50_000];
const LOUD_WEBHOOKS = 8;
const QUIET_PER_SECOND = 20;
const QUIET_TENANTS = 100;
const AT_ONCE = { http: { batch: 100, width: 4 }, kafka: { batch: 500, width: 2 } } as const;
/** How long the quiet tenant is measured alone; and how often, while the burst is under way, the driver asks whether it has ended. */
const ALONE_SECONDS = 15;
const SLICE_SECONDS = 1;
/** The burst begins so long after the first quiet messages. */
const LEAD_MS = 500;

interface Quiet {
  readonly tenants: readonly BenchTenant[];
  readonly paths: readonly string[];
}

/** What the quiet messages of one measurement waited. */
interface Measured {
  readonly latencies: readonly number[];
  readonly ledgers: readonly Ledger[];
  /** From the first message of the burst to its last delivery; 0 without a burst. */
  readonly burstSeconds: number;
  readonly notes: readonly string[];
}

/**
 * A tenant sends 5,000 (then 50,000) messages at once, each of which goes to its 8 webhooks. Meanwhile another tenant sends 20
 * messages a second to one webhook, whose requests share a partition with as many of the 8 as possible; in a last turn, 100 quiet
 * tenants send 20 a second together. How long are the quiet messages on their way, alone and beside the burst?
 */
export async function burst(bench: Bench): Promise<readonly Outcome[]> {
  const bursts = bench.messages === undefined ? BURSTS : [bench.messages];
  const outcomes: Outcome[] = [];
  for (const way of ['kafka', 'http'] as const) outcomes.push(await besideOne(bench, way, bursts));
  outcomes.push(await besideHundred(bench, bursts[0] ?? 0));
  return outcomes;
}

async function besideOne(bench: Bench, way: Way, bursts: readonly number[]): Promise<Outcome> {
  const loud = await loudTenant(bench, way);
  const tenant = await BenchTenant.create(bench, `burst ${way} quiet`);
  const crowd = loud.tenant.mostCrowdedPartition();
  const quiet = { tenants: [tenant], paths: [`/ok/burst-${way}-quiet`] };
  await tenant.addWebhookIn(crowd.partition, quiet.paths[0] ?? '');

  const alone = await measure(bench, way, quiet);
  const beside: Measured[] = [];
  for (const messages of bursts) beside.push(await measure(bench, way, quiet, { ...loud, messages }));
  await Promise.all([loud.tenant, tenant].map((one) => one.close()));
  return {
    scenario: `burst ${way}`,
    figures: [
      ...figuresOf('alone', alone),
      ...beside.flatMap((one, index) => {
        const messages = bursts[index] ?? 0;
        return figuresOf(`beside ${sizeOf(messages)}`, one, TARGETS.burst[messages === BURSTS[0] ? 'small' : 'large']);
      }),
    ],
    ledger: addUp([alone, ...beside].flatMap(({ ledgers }) => ledgers)),
    notes: [
      `${crowd.webhooks} of the burst's ${LOUD_WEBHOOKS} webhooks are in the partition of the quiet one.`,
      ...beside.map((one, index) => `${sizeOf(bursts[index] ?? 0)} took ${one.burstSeconds.toFixed(1)} s.`),
      ...new Set([alone, ...beside].flatMap(({ notes }) => notes)),
    ],
  };
}

async function besideHundred(bench: Bench, messages: number): Promise<Outcome> {
  const loud = await loudTenant(bench, 'kafka', 'hundred-');
  const tenants: BenchTenant[] = [];
  const paths = Array.from({ length: QUIET_TENANTS }, (_, index) => `/ok/burst-quiet-${index + 1}`);
  for (const path of paths) {
    const tenant = await BenchTenant.create(bench, `burst ${path}`);
    await tenant.addWebhooks([path]);
    tenants.push(tenant);
  }
  const quiet = { tenants, paths };
  const alone = await measure(bench, 'kafka', quiet);
  const beside = await measure(bench, 'kafka', quiet, { ...loud, messages });
  await Promise.all([loud.tenant, ...tenants].map((one) => one.close()));
  return {
    scenario: `burst kafka, ${QUIET_TENANTS} quiet tenants`,
    figures: [...figuresOf('alone', alone), ...figuresOf(`beside ${sizeOf(messages)}`, beside, TARGETS.burst.small)],
    ledger: addUp([...alone.ledgers, ...beside.ledgers]),
    notes: [...new Set([...alone.notes, ...beside.notes])],
  };
}

async function loudTenant(bench: Bench, way: Way, kind = ''): Promise<{ tenant: BenchTenant; paths: string[] }> {
  const tenant = await BenchTenant.create(bench, `burst ${kind}${way} loud`);
  const paths = Array.from({ length: LOUD_WEBHOOKS }, (_, index) => `/ok/burst-${kind}${way}-${index + 1}`);
  await tenant.addWebhooks(paths);
  return { tenant, paths };
}

/** Quiet messages until the burst has been delivered, or, without one, for `ALONE_SECONDS`. */
async function measure(
  bench: Bench,
  way: Way,
  { tenants, paths }: Quiet,
  loud?: { readonly tenant: BenchTenant; readonly paths: readonly string[]; readonly messages: number },
): Promise<Measured> {
  await bench.cpu.settled();
  const http = way === 'http' ? [...tenants, ...(loud ? [loud.tenant] : [])].map((one) => one.httpProducer(4)) : [];
  const producers = tenants.map((tenant, index) => http[index] ?? bench.kafka.producerFor(tenant.id));
  const trickles = tenants.map(() => new Outgoing());
  const burst = new Outgoing();
  const sending: Promise<void>[] = [];
  let [ticks, isOver] = [0, false];
  const trickle = async (): Promise<void> => {
    for (let slices = 0; loud ? !isOver : slices < ALONE_SECONDS / SLICE_SECONDS; slices += 1) {
      await atRate(QUIET_PER_SECOND, SLICE_SECONDS, (dueAt) => {
        const [at, sale] = [ticks++ % tenants.length, bench.sales.make()];
        sending.push(trickles[at]!.send(producers[at]!, [sale], dueAt));
      });
    }
  };
  let [startedAt, endedAt] = [0, Infinity];
  const explode = async (): Promise<void> => {
    if (!loud) return;
    try {
      await delay(LEAD_MS);
      const baseline = await baselineOf(bench, loud.paths);
      startedAt = nowMicros();
      const producer = http.at(-1) ?? bench.kafka.producerFor(loud.tenant.id);
      await sendInBatches(burst, producer, { messages: loud.messages, ...AT_ONCE[way] }, () => bench.sales.make());
      await untilDelivered(bench, burst, baseline);
      endedAt = nowMicros();
    } finally {
      isOver = true;
    }
  };
  await Promise.all([trickle(), explode()]);
  await Promise.all(sending);
  const settled = loud ? await settle(bench, burst, loud.paths) : undefined;
  const quiet = await Promise.all(trickles.map((one, index) => settle(bench, one, [paths[index] ?? ''])));
  const arrivals = await bench.receiver.ledger(paths);
  const latencies = trickles.flatMap(({ messages }, index) => {
    const meanwhile = messages.filter(({ intendedAt }) => intendedAt >= startedAt && intendedAt <= endedAt);
    return reconcile(meanwhile, [paths[index] ?? ''], arrivals).latencies;
  });
  await Promise.all(http.map((one) => one.close()));
  return {
    latencies,
    ledgers: [...quiet.map(({ ledger }) => ledger), ...(settled ? [settled.ledger] : [])],
    burstSeconds: settled ? (settled.lastArrivalAt - startedAt) / 1e6 : 0,
    notes: [...trickles, burst].flatMap((one) => refusals(one)),
  };
}

const sizeOf = (messages: number): string => `${messages.toLocaleString('en-US')} × ${LOUD_WEBHOOKS}`;

function figuresOf(
  when: string,
  { latencies }: Measured,
  targets?: { readonly p50?: Target; readonly p99: Target },
): Figure[] {
  const { p50, p99, max } = spreadOf(latencies);
  const figure = (name: string, value: number, target?: Target): Figure => ({
    name: `quiet, ${when}: ${name} of ${latencies.length}`,
    value,
    digits: 1,
    unit: 'ms',
    ...(target && { target }),
  });
  return [figure('p50', p50, targets?.p50), figure('p99', p99, targets?.p99), figure('longest', max)];
}
