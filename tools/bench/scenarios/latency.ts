import type { Bench } from '../bench.ts';
import { BenchTenant } from '../installation/bench-tenant.ts';
import { nowMicros } from '../clock.ts';
import { baselineOf, settle, untilDelivered } from '../load/deliveries.ts';
import { spentBetween } from '../measure/cpu.ts';
import { spreadOf } from '../measure/percentile.ts';
import { Outgoing } from '../load/outgoing.ts';
import { atRate } from '../load/pacer.ts';
import type { Outcome } from '../figures/result.ts';
import { TARGETS } from '../figures/targets.ts';
import { cpuFigure, latencyFigures, refusals } from './figures.ts';

const PER_SECOND = 200;
const SECONDS = 15;
const CONNECTIONS = 32;

/** A steady 200 messages a second to one webhook, far below what Signet can do: how long is one on its way? */
export async function latency(bench: Bench, via: 'http' | 'kafka'): Promise<Outcome> {
  const name = `latency-200 ${via}`;
  const paths = [`/ok/latency-200-${via}`];
  const tenant = await BenchTenant.create(bench, name);
  await tenant.addWebhooks(paths);
  const http = via === 'http' ? tenant.httpProducer(CONNECTIONS) : undefined;
  const producer = http ?? bench.kafka.producerFor(tenant.id);
  const outgoing = new Outgoing();
  const sending: Promise<void>[] = [];
  const lateness: number[] = [];

  const baseline = await baselineOf(bench, paths);
  const endObserving = await bench.observe(name);
  const before = await bench.cpu.settled();
  const seconds = bench.messages === undefined ? SECONDS : bench.messages / PER_SECOND;
  await atRate(PER_SECOND, seconds, (dueAt) => {
    lateness.push((nowMicros() - dueAt) / 1_000);
    sending.push(outgoing.send(producer, [bench.sales.make()], dueAt));
  });
  await Promise.all(sending);
  await untilDelivered(bench, outgoing, baseline);
  const spent = spentBetween(before, await bench.cpu.settled());
  await endObserving();

  const { ledger, latencies } = await settle(bench, outgoing, paths);
  await http?.close();
  await tenant.close();
  const came = ledger.once + ledger.repeated;
  const late = spreadOf(lateness);
  return {
    scenario: name,
    figures: [...latencyFigures(latencies, TARGETS.latency200), cpuFigure(spent, came)],
    ledger,
    cpu: { spent, deliveries: came },
    notes: [
      `The driver itself was late by ${late.p50.toFixed(1)} ms (p50) and ${late.p99.toFixed(1)} ms (p99); that is part of the figures.`,
      ...refusals(outgoing),
    ],
  };
}
