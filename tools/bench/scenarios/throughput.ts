import type { Bench } from '../bench.ts';
import { BenchTenant } from '../installation/bench-tenant.ts';
import { nowMicros } from '../clock.ts';
import { baselineOf, settle, untilDelivered } from '../load/deliveries.ts';
import { spentBetween } from '../measure/cpu.ts';
import { storageFigures } from '../measure/storage.ts';
import type { Batches, Producer } from '../load/outgoing.ts';
import { Outgoing, sendInBatches } from '../load/outgoing.ts';
import type { Figure, Outcome, Target } from '../figures/result.ts';
import { TARGETS } from '../figures/targets.ts';
import { orderOf } from '../measure/order.ts';
import type { Order } from '../measure/order.ts';
import { cpuFigure, latencyFigures, refusals } from './figures.ts';

/** As many messages as given, as fast as Signet takes them, to some webhooks that answer at once. */
export interface Throughput extends Batches {
  readonly name: string;
  readonly webhooks: number;
  readonly via: 'http' | 'kafka';
  /** The messages are about so many subjects in turn, and the webhooks keep their order; undefined: none keeps an order. */
  readonly subjects?: number;
  readonly targets?: { readonly perSecond: Target; readonly cpu?: Target };
}

export async function throughput(bench: Bench, plan: Throughput): Promise<Outcome> {
  const paths = Array.from({ length: plan.webhooks }, (_, index) => `/ok/${plan.name}-${index + 1}`);
  const tenant = await BenchTenant.create(bench, plan.name);
  await tenant.addWebhooks(paths, plan.subjects === undefined ? {} : { ordering: 'subject' });
  const http = plan.via === 'http' ? tenant.httpProducer(plan.width) : undefined;
  const producer: Producer = http ?? bench.kafka.producerFor(tenant.id);
  const outgoing = new Outgoing();

  const baseline = await baselineOf(bench, paths);
  const storedBefore = await bench.storage?.();
  const endObserving = await bench.observe(plan.name);
  const before = await bench.cpu.settled();
  const startedAt = nowMicros();
  let made = 0;
  await sendInBatches(outgoing, producer, plan, () =>
    bench.sales.make(plan.subjects === undefined ? undefined : `${plan.name}-${made++ % plan.subjects}`),
  );
  const producedAt = nowMicros();
  await untilDelivered(bench, outgoing, baseline);
  const spent = spentBetween(before, await bench.cpu.settled());
  await endObserving();

  const { ledger, latencies, lastArrivalAt } = await settle(bench, outgoing, paths);
  const storedAfter = await bench.storage?.();
  await http?.close();
  await tenant.close();
  const { perSecond, cpu } = plan.targets ?? {};
  const came = ledger.once + ledger.repeated;
  return {
    scenario: plan.name,
    figures: [
      {
        name: 'delivered a second',
        value: came / ((lastArrivalAt - startedAt) / 1e6),
        digits: 0,
        comparison: 'rate',
        ...(perSecond && { target: perSecond }),
      },
      { name: 'messages accepted a second', value: ledger.accepted / ((producedAt - startedAt) / 1e6), digits: 0 },
      ...latencyFigures(latencies),
      cpuFigure(spent, came, cpu),
      ...(plan.subjects === undefined ? [] : [await orderFigure(bench, plan.subjects, outgoing, paths)]),
      ...(storedBefore && storedAfter ? storageFigures(storedBefore, storedAfter, came) : []),
    ],
    ledger,
    cpu: { spent, deliveries: came },
    notes: refusals(outgoing),
  };
}

/** Message n was about subject n modulo `subjects`. */
async function orderFigure(
  bench: Bench,
  subjects: number,
  outgoing: Outgoing,
  paths: readonly string[],
): Promise<Figure> {
  const sent: string[][] = Array.from({ length: subjects }, () => []);
  outgoing.messages.forEach(({ id }, index) => sent[index % subjects]?.push(id));
  const arrivals = await bench.receiver.ledger(paths);
  const orders = paths.map((path) => orderOf(sent, arrivals.get(path)));
  const sum = (name: keyof Order): number => orders.reduce((total, order) => total + order[name], 0);
  return {
    name: `out of order, of ${sum('pairs').toLocaleString('en-US')} pairs of neighbours`,
    value: sum('outOfOrder'),
    digits: 0,
    target: TARGETS.ordered.outOfOrder,
  };
}
