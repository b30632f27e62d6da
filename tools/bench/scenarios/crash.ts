import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { BenchTenant } from '../installation/bench-tenant.ts';
import { nowMicros } from '../clock.ts';
import { withDatabaseOf } from '../installation/database.ts';
import type { Baseline } from '../load/deliveries.ts';
import { baselineOf, settle, untilDelivered } from '../load/deliveries.ts';
import type { Producer } from '../load/outgoing.ts';
import { inParallel, Outgoing } from '../load/outgoing.ts';
import type { ArrivalColumns } from '../receiver/arrivals.ts';
import type { Outcome } from '../figures/result.ts';
import { TARGETS } from '../figures/targets.ts';
import { refusals } from './figures.ts';

const PATH = '/ok/crash';
const MESSAGES = 10_000;
const BATCH = 500;
/** Requests that the process had handed to the kernel before it died arrive up to this long after its death. */
const LAST_BREATH_MICROS = 150_000;

/** `kill -9` of the delivery service while messages wait for it: which deliveries are missing, which come twice, and how soon delivery goes on? */
export async function crash(bench: Bench): Promise<Outcome> {
  const tenant = await BenchTenant.create(bench, 'crash');
  await tenant.addWebhooks([PATH]);
  const baseline = await baselineOf(bench, [PATH]);
  const messages = bench.messages ?? MESSAGES;
  const outgoing = new Outgoing();
  const producing = produce(bench, bench.kafka.producerFor(tenant.id), outgoing, messages);
  await untilCame(bench, baseline, messages / 4);
  const victim = bench.local().services.delivery.pid;
  const killedAt = nowMicros();
  process.kill(victim, 'SIGKILL');
  const recorded = await recordedEvents(bench.local().databaseUrl, tenant.id);
  const columns = (await bench.receiver.ledger([PATH])).get(PATH);
  const underWay = unrecorded(columns, recorded, killedAt + LAST_BREATH_MICROS);
  await producing;
  await untilDelivered(bench, outgoing, baseline);
  // Repeats come last: attempts that were under way at the kill are repeated when their lease ends.
  await untilQuiet(bench);
  const { ledger } = await settle(bench, outgoing, [PATH]);
  const after = (await bench.receiver.ledger([PATH])).get(PATH);
  await tenant.close();
  return {
    scenario: 'crash',
    figures: [
      {
        name: 'kill -9 to first redelivery',
        value: (firstArrivalAfter(after, killedAt + LAST_BREATH_MICROS) - killedAt) / 1e6,
        digits: 1,
        unit: 's',
        target: TARGETS.crash.firstRedeliverySeconds,
      },
      {
        name: 'kill -9 to the last of what was under way',
        value: (lastArrivalOf(after, underWay, killedAt + LAST_BREATH_MICROS) - killedAt) / 1e6,
        digits: 1,
        unit: 's',
        target: TARGETS.crash.lastRedeliverySeconds,
      },
      { name: 'repeats', value: ledger.repeated, digits: 0, target: { relation: '≤', value: underWay.size } },
      { name: 'missing', value: ledger.missing, digits: 0, target: { relation: '≤', value: 0 } },
    ],
    ledger,
    notes: [
      `Process ${victim} was killed; ${underWay.size} deliveries had reached the receiver and were not recorded yet.`,
      ...refusals(outgoing),
    ],
  };
}

async function produce(bench: Bench, producer: Producer, outgoing: Outgoing, messages: number): Promise<void> {
  await inParallel(2, Math.ceil(messages / BATCH), () =>
    outgoing.send(
      producer,
      Array.from({ length: BATCH }, () => bench.sales.make()),
    ),
  );
}

async function untilCame(bench: Bench, baseline: Baseline, messages: number): Promise<void> {
  const deadline = performance.now() + bench.patienceMs;
  for (;;) {
    const count = await bench.receiver.counts();
    if (count(PATH).messages - (baseline.get(PATH) ?? 0) >= messages) return;
    if (performance.now() > deadline)
      throw new Error('Too little came to kill the delivery service in the middle of it.');
    await delay(5);
  }
}

/** Ids of the tenant's events whose success delivery has recorded: delivery must not send these again. */
async function recordedEvents(databaseUrl: string, tenantId: string): Promise<ReadonlySet<string>> {
  return withDatabaseOf({ databaseUrl }, async (client) => {
    const { rows } = await client.query<{ event_id: string }>(
      `select event_id from delivery.deliveries where tenant_id = $1 and status = 'SUCCESS'`,
      [tenantId],
    );
    return new Set(rows.map(({ event_id }) => event_id));
  });
}

const unrecorded = (
  columns: ArrivalColumns | undefined,
  recorded: ReadonlySet<string>,
  until: number,
): ReadonlySet<string> =>
  new Set(
    (columns?.ids ?? []).filter((id, index) => (columns?.first[index] ?? Infinity) <= until && !recorded.has(id)),
  );

/** When the last of these messages arrived again; `after` where none did (all of them were recorded after all). */
function lastArrivalOf(columns: ArrivalColumns | undefined, ids: ReadonlySet<string>, after: number): number {
  const times = (columns?.ids ?? []).map((id, index) => (ids.has(id) ? (columns?.last[index] ?? after) : after));
  return times.reduce((latest, at) => Math.max(latest, at), after);
}

function firstArrivalAfter(columns: ArrivalColumns | undefined, after: number): number {
  const arrivals = [...(columns?.first ?? []), ...(columns?.last ?? [])];
  return arrivals.reduce((earliest, at) => (at > after && at < earliest ? at : earliest), Infinity);
}

const QUIET_MS = 20_000;

async function untilQuiet(bench: Bench): Promise<void> {
  let before = -1;
  for (let quietSince = performance.now(); performance.now() - quietSince < QUIET_MS; await delay(200)) {
    const { requests } = (await bench.receiver.counts())(PATH);
    if (requests !== before) [before, quietSince] = [requests, performance.now()];
  }
}
