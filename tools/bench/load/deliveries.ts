import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Deliveries } from '../measure/ledger.ts';
import { reconcile } from '../measure/ledger.ts';
import type { Outgoing } from './outgoing.ts';

const POLL_MS = 50;

type Waiting = Pick<Bench, 'receiver' | 'patienceMs'>;

/** How many different messages came to each path so far; taken before a scenario, so that its probes do not count. */
export type Baseline = ReadonlyMap<string, number>;

export async function baselineOf(bench: Pick<Bench, 'receiver'>, paths: readonly string[]): Promise<Baseline> {
  const count = await bench.receiver.counts();
  return new Map(paths.map((path) => [path, count(path).messages]));
}

/**
 * Waits until as many messages have come to each path as were accepted, or until nothing has come for as long as the
 * bench is patient: an attempt that failed is tried again after a minute, so a delivery may be late and not lost.
 */
export async function untilDelivered(bench: Waiting, outgoing: Outgoing, baseline: Baseline): Promise<void> {
  let progressAt = performance.now();
  let before = -1;
  for (;;) {
    const count = await bench.receiver.counts();
    const came = [...baseline].map(([path, probes]) => count(path).messages - probes);
    if (came.every((messages) => messages >= outgoing.accepted)) return;
    const total = came.reduce((sum, messages) => sum + messages, 0);
    if (total !== before) [before, progressAt] = [total, performance.now()];
    if (performance.now() - progressAt > bench.patienceMs) return;
    await delay(POLL_MS);
  }
}

/** What became of every message that was sent, according to the receiver's ledger. */
export async function settle(bench: Waiting, outgoing: Outgoing, paths: readonly string[]): Promise<Deliveries> {
  const deadline = performance.now() + bench.patienceMs;
  for (;;) {
    const deliveries = reconcile(outgoing.messages, paths, await bench.receiver.ledger(paths));
    // A probe that came after the baseline was taken may have been counted as a message that had not come yet: look again.
    if (deliveries.ledger.missing === 0 || performance.now() > deadline) return deliveries;
    await delay(500);
  }
}
