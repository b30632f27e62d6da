import type { Bench } from '../bench.ts';
import { nowMicros } from '../clock.ts';
import type { Outcome } from '../figures/result.ts';
import { BenchTenant } from '../installation/bench-tenant.ts';
import { baselineOf, settle, untilDelivered } from '../load/deliveries.ts';
import { inParallel, Outgoing } from '../load/outgoing.ts';
import type { Batches } from '../load/outgoing.ts';
import { spentBetween } from '../measure/cpu.ts';
import { addUp } from '../measure/ledger.ts';
import type { Deliveries } from '../measure/ledger.ts';
import { cpuFigure, refusals } from '../scenarios/figures.ts';

/** Tenants that are made at once. */
const MADE_AT_ONCE = 8;

/** The messages of the load, shared out evenly over so many tenants, each with a webhook of its own. */
export async function manyTenants(bench: Bench, count: number, load: Batches): Promise<Outcome> {
  const name = `growth-tenants-${count}`;
  const numbers = Array.from({ length: count }, (_, index) => index);
  const paths = numbers.map((number) => `/ok/${name}-${number + 1}`);
  const tenants: BenchTenant[] = [];
  const left = [...numbers];
  await inParallel(MADE_AT_ONCE, count, async () => {
    const number = left.shift()!;
    const tenant = await BenchTenant.create(bench, `${name}-${number + 1}`);
    await tenant.addWebhooks([paths[number]!]);
    tenants[number] = tenant;
  });
  const outgoing = tenants.map(() => new Outgoing());
  const each = Math.max(1, Math.floor(load.messages / count));
  const batch = Math.min(load.batch, each);

  const baseline = await baselineOf(bench, paths);
  const before = await bench.cpu.settled();
  const startedAt = nowMicros();
  let turn = 0;
  await inParallel(load.width, count * Math.ceil(each / batch), async () => {
    const at = turn++ % count;
    const size = Math.min(batch, each - outgoing[at]!.messages.length);
    const sales = Array.from({ length: size }, () => bench.sales.make());
    await outgoing[at]!.send(bench.kafka.producerFor(tenants[at]!.id), sales);
  });
  for (const [at, path] of paths.entries())
    await untilDelivered(bench, outgoing[at]!, new Map([[path, baseline.get(path) ?? 0]]));
  const spent = spentBetween(before, await bench.cpu.settled());

  const settled: Deliveries[] = [];
  for (const [at, path] of paths.entries()) settled.push(await settle(bench, outgoing[at]!, [path]));
  await Promise.all(tenants.map((tenant) => tenant.close()));
  const ledger = addUp(settled.map((one) => one.ledger));
  const came = ledger.once + ledger.repeated;
  const lastArrivalAt = Math.max(...settled.map((one) => one.lastArrivalAt));
  return {
    scenario: name,
    figures: [
      { name: 'delivered a second', value: came / ((lastArrivalAt - startedAt) / 1e6), digits: 0, comparison: 'rate' },
      cpuFigure(spent, came),
    ],
    ledger,
    cpu: { spent, deliveries: came },
    notes: [...new Set(outgoing.flatMap(refusals))],
  };
}
