import type { Bench } from '../bench.ts';
import type { Outcome } from '../figures/result.ts';
import { recordToday } from '../installation/recorded-today.ts';
import { throughput } from '../scenarios/throughput.ts';
import { CURVE } from './curves.ts';
import type { CurveName, GrowthPoint } from './curves.ts';
import type { GrowthOrder } from './growth-order.ts';
import { loadOf } from './load-of-point.policy.ts';
import { manyTenants } from './many-tenants.ts';
import { OtherWebhooks } from './other-webhooks.ts';

/** Measures the rate, and what a delivery costs, while one quantity grows. */
export async function growth(bench: Bench): Promise<readonly Outcome[]> {
  const { growth: order } = bench;
  if (order === undefined) throw new Error('Nothing was said of what shall grow.');
  const outcomes: Outcome[] = [];
  for (const curve of order.curves) {
    console.error(`growth of ${curve} …`);
    const { points, quick } = CURVE[curve];
    outcomes.push(...(await MEASURED[curve](bench, order, order.quick ? quick : points)));
  }
  return outcomes;
}

type Measured = (bench: Bench, order: GrowthOrder, points: readonly number[]) => Promise<Outcome[]>;

const MEASURED: Readonly<Record<CurveName, Measured>> = {
  'webhooks-a-message': (bench, order, points) =>
    each(points, (x) => plain(bench, order, { curve: 'webhooks-a-message', x, webhooks: x })),
  'message-size': (bench, order, points) =>
    each(points, (x) => plain({ ...bench, sales: bench.sales.ofBytes(x) }, order, { curve: 'message-size', x })),
  tenants: (bench, order, points) =>
    each(points, async (x) => {
      const load = loadOf({ webhooks: 1, bytes: bench.sales.bytes, quick: order.quick, deliveries: bench.messages });
      return point(bench, 'tenants', x, await manyTenants(bench, x, load));
    }),
  webhooks: async (bench, order, points) => {
    const others = new OtherWebhooks(bench, order.sealingKeys);
    try {
      return await each(points, async (x) => {
        // Ours is one of them.
        await others.growTo(x - 1);
        return plain(bench, order, { curve: 'webhooks', x });
      });
    } finally {
      await others.remove();
    }
  },
  'stored-deliveries': (bench, order, points) => {
    let stored = 0;
    return each(points, async (x) => {
      await recordToday(bench.local(), x - stored);
      stored = x;
      return plain(bench, order, { curve: 'stored-deliveries', x });
    });
  },
};

async function each(points: readonly number[], measure: (x: number) => Promise<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const x of points) outcomes.push(await measure(x));
  return outcomes;
}

/** From Kafka, as fast as Signet takes it, to some webhooks that answer at once. */
async function plain(
  bench: Bench,
  order: GrowthOrder,
  { curve, x, webhooks = 1 }: { readonly curve: CurveName; readonly x: number; readonly webhooks?: number },
): Promise<Outcome> {
  const load = loadOf({ webhooks, bytes: bench.sales.bytes, quick: order.quick, deliveries: bench.messages });
  const outcome = await throughput(bench, { name: `growth-${curve}-${x}`, ...load, webhooks, via: 'kafka' });
  return point(bench, curve, x, outcome);
}

function point(bench: Bench, curve: CurveName, x: number, outcome: Outcome): Outcome {
  const value = (comparison: 'rate' | 'cpu'): number =>
    outcome.figures.find((figure) => figure.comparison === comparison)?.value ?? Number.NaN;
  const growth: GrowthPoint = {
    curve,
    x,
    perSecond: value('rate'),
    cpuSecondsPer1000: value('cpu'),
    deliveryBytes: bench.cpu.memory().delivery,
  };
  return { ...outcome, growth };
}
