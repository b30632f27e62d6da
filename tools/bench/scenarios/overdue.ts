import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Bench } from '../bench.ts';
import { BenchTenant } from '../installation/bench-tenant.ts';
import { nowMicros } from '../clock.ts';
import { withDatabaseOf } from '../installation/database.ts';
import { settle } from '../load/deliveries.ts';
import type { SentMessage } from '../measure/ledger.ts';
import { addUp, reconcile } from '../measure/ledger.ts';
import { percentile } from '../measure/percentile.ts';
import { Outgoing } from '../load/outgoing.ts';
import { atRate } from '../load/pacer.ts';
import type { Outcome } from '../figures/result.ts';
import { TARGETS } from '../figures/targets.ts';
import { makeOverdue, seedRetries } from './overdue-retries.ts';
import { refusals } from './figures.ts';

const RETRIES = 100_000;
const PATHS = Array.from({ length: 50 }, (_, index) => `/ok/overdue-${index + 1}`);
const NEIGHBOUR = '/ok/overdue-neighbour';
/** Fresh messages a second: to the webhooks that have retries (each goes to all fifty), and to another tenant's one. */
const FRESH_PER_SECOND = 4;
const NEIGHBOUR_PER_SECOND = 50;
const SECONDS = 30;
/** How often the driver looks at the arrivals; the figures do not depend on it. */
const POLL_MS = 200;

/**
 * A hundred thousand retries of fifty webhooks are due at the same moment, as after an outage of all receivers. How fast are
 * they sent, and do fresh messages wait behind them?
 */
export const overdue = (bench: Bench): Promise<Outcome> =>
  withDatabaseOf(bench.local(), (database) => measure(bench, database));

async function measure(bench: Bench, database: pg.Client): Promise<Outcome> {
  const late = await BenchTenant.create(bench, 'overdue');
  const neighbour = await BenchTenant.create(bench, 'overdue neighbour');
  await late.addWebhooks(PATHS);
  await neighbour.addWebhooks([NEIGHBOUR]);
  try {
    const retries = await seedRetries(database, late.id, RETRIES, randomUUID);
    await bench.cpu.settled(60_000);
    const endObserving = await bench.observe('overdue');

    const [own, others] = [new Outgoing(), new Outgoing()];
    const sending: Promise<void>[] = [];
    const [ownProducer, othersProducer] = [bench.kafka.producerFor(late.id), bench.kafka.producerFor(neighbour.id)];
    const fresh = Promise.all([
      atRate(FRESH_PER_SECOND, SECONDS, (at) => void sending.push(own.send(ownProducer, [bench.sales.make()], at))),
      atRate(
        NEIGHBOUR_PER_SECOND,
        SECONDS,
        (at) => void sending.push(others.send(othersProducer, [bench.sales.make()], at)),
      ),
    ]);
    await makeOverdue(database, late.id);
    const dueAt = nowMicros();
    await untilAllCame(bench, retries);
    await fresh;
    await Promise.all(sending);
    await endObserving();
    const ofOwn = await settle(bench, own, PATHS);
    const ofOthers = await settle(bench, others, [NEIGHBOUR]);
    const ofRetries = await arrivalsOf(bench, retries, dueAt);
    return {
      scenario: 'overdue',
      figures: [
        {
          name: 'overdue retries delivered a second',
          value: RETRIES / ((ofRetries.lastArrivalAt - dueAt) / 1e6),
          digits: 0,
          comparison: 'rate',
          target: TARGETS.overdue.perSecond,
        },
        p99('fresh, to the same webhooks: p99', ofOwn.latencies),
        p99("fresh, another tenant's: p99", ofOthers.latencies),
      ],
      ledger: addUp([ofRetries.ledger, ofOwn.ledger, ofOthers.ledger]),
      notes: [...refusals(own), ...refusals(others)],
    };
  } finally {
    await late.close();
    await neighbour.close();
  }
}

const p99 = (name: string, latencies: readonly number[]): Outcome['figures'][number] => ({
  name,
  value: percentile(latencies, 99),
  digits: 1,
  unit: 'ms',
  target: TARGETS.overdue.freshP99,
});

/** Which messages are owed by which path. */
type Owed = ReadonlyMap<string, readonly string[]>;

async function untilAllCame(bench: Bench, owed: Owed): Promise<void> {
  const deadline = performance.now() + bench.patienceMs;
  for (;;) {
    const count = await bench.receiver.counts();
    const isDone = [...owed].every(([path, ids]) => count(path).messages >= ids.length);
    if (isDone || performance.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function arrivalsOf(bench: Bench, owed: Owed, intendedAt: number) {
  const arrivals = await bench.receiver.ledger([...owed.keys()]);
  const all = [...owed].map(([path, ids]) => {
    const sent = ids.map((id): SentMessage => ({ id, intendedAt, acceptedAt: intendedAt }));
    return reconcile(sent, [path], arrivals);
  });
  return {
    ledger: addUp(all.map(({ ledger }) => ledger)),
    lastArrivalAt: Math.max(...all.map((one) => one.lastArrivalAt)),
  };
}
