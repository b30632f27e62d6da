import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { nowMicros } from '../bench/clock.ts';
import { reconcile } from '../bench/measure/ledger.ts';
import type { ReceiverClient } from '../bench/receiver-client.ts';
import { fetchSaleMaker } from '../bench/load/sale-example.ts';
import { Api } from '../dev/demo/api.ts';
import { SERVICES } from '../dev/gateway/gateway-routes.ts';
import type { RollingArguments } from './arguments.ts';
import { brokenPromises, figuresOf, latencyOf, messagesIn, requestsIn, UNDISTURBED } from './figures.policy.ts';
import type { Span } from './figures.policy.ts';
import type { Installation } from './services/installation.ts';
import { Load } from './load/load.ts';
import { rolledLine, tableOf } from './report.ts';
import type { Row } from './report.ts';
import type { RollStrategy } from './services/roll-steps.policy.ts';
import type { Rolled } from './services/rolled-service.ts';
import type { ServiceName } from '../dev/gateway/gateway-routes.ts';
import { PATHS, provideTenant, recordedOf } from './load/tenant.ts';
import type { Recorded, Tenant } from './load/tenant.ts';

/** When nothing has arrived for so long, the missing deliveries count as lost. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;
/** Pause between two services, so that after-effects of one roll-out do not count for the next. */
const BETWEEN_SECONDS = 5;
const NOTES_SHOWN = 10;

export interface Stage {
  readonly installation: Installation;
  readonly receiver: ReceiverClient;
  readonly strategies: ReadonlyMap<ServiceName, RollStrategy>;
  readonly stopping: AbortSignal;
}

/**
 * Every replica of registry, ingestion and delivery is replaced under load through the public address.
 *
 * @returns whether every promise was kept; what was found is printed
 */
export async function roll(stage: Stage, { events, api, undisturbedSeconds }: RollingArguments): Promise<boolean> {
  const { installation, receiver, strategies, stopping } = stage;
  const operator = new Api(installation.url, installation.operatorKey);
  const sales = await fetchSaleMaker(operator);
  const tenant = await provideTenant(installation.url, operator, receiver, sales);
  const wait = (seconds: number): Promise<void> => delay(seconds * 1_000, undefined, { signal: stopping });
  const spans: Span[] = [];
  const rolled = new Map<string, Rolled>();

  const before = await recordedOf(installation.databaseUrl, tenant);
  const startedAt = nowMicros();
  const load = new Load(tenant, sales, { events, api });
  try {
    console.error(`load: ${events} messages and ${api} requests of a tenant a second …`);
    await wait(undisturbedSeconds);
    for (const name of SERVICES) {
      const strategy = strategies.get(name);
      if (strategy === undefined) continue;
      const from = nowMicros();
      rolled.set(name, await installation.service(name).roll(strategy, (line) => console.error(line)));
      spans.push({ name, from, to: nowMicros() });
      await wait(BETWEEN_SECONDS);
    }
    await wait(undisturbedSeconds);
  } finally {
    await load.stop();
  }
  const seconds = (nowMicros() - startedAt) / 1e6;
  return report(stage, { tenant, load, spans, rolled, seconds, before });
}

interface Run {
  readonly tenant: Tenant;
  readonly load: Load;
  readonly spans: readonly Span[];
  readonly rolled: ReadonlyMap<string, Rolled>;
  readonly seconds: number;
  /** What PostgreSQL said when the load began. */
  readonly before: Recorded;
}

async function report({ installation, receiver, stopping }: Stage, run: Run): Promise<boolean> {
  const { tenant, load, spans, rolled, seconds, before } = run;
  const arrivals = await arrivalsOfAll(load, receiver, stopping);
  const recorded = await untilRecorded(installation, tenant, stopping);
  const requests = load.requests;
  const { messages } = load.outgoing;
  const rowOf = (name: string): Row => {
    const span = spans.find((one) => one.name === name);
    const ofSpans = spans.reduce((sum, { from, to }) => sum + (to - from) / 1e6, 0);
    return {
      name,
      seconds: span ? (span.to - span.from) / 1e6 : seconds - ofSpans,
      figures: figuresOf(requestsIn(requests, spans, name)),
      delivered: latencyOf(reconcile(messagesIn(messages, spans, name), PATHS, arrivals).latencies),
    };
  };
  const { ledger, latencies } = reconcile(messages, PATHS, arrivals);
  const all = { name: 'all', seconds, figures: figuresOf(requests), delivered: latencyOf(latencies) };
  const changes = recorded.changes - before.changes;
  const broken = brokenPromises({
    figures: all.figures,
    missing: ledger.missing,
    repeated: ledger.repeated,
    notTaken: ledger.sent - ledger.accepted,
    undelivered: recorded.others,
    changesLost: Math.max(0, load.changes - changes),
    endings: [...rolled.values()].flatMap(({ ended }) => ended.map(({ how }) => how)),
    processesLost: installation.lost,
  });
  const notes = requests.flatMap(({ note }) => note ?? []);
  console.log(`
${machine()}

${tableOf([...[UNDISTURBED, ...spans.map(({ name }) => name)].map(rowOf), all])}

${[...rolled].map(([name, one]) => rolledLine(name, one)).join('\n')}
messages: ${ledger.accepted} taken of ${ledger.sent}; deliveries: ${ledger.once + ledger.repeated} arrived of ${ledger.expected}, ${ledger.missing} missing, ${ledger.repeated} more than once
in PostgreSQL: ${recorded.succeeded} deliveries succeeded, ${recorded.others} have not; ${changes} changes of webhooks, ${load.changes} were answered with 200
${notes.length === 0 ? 'every request was done at once' : notes.slice(0, NOTES_SHOWN).join('\n')}
${broken.length === 0 ? 'as promised' : broken.map((sentence) => `BROKEN: ${sentence}`).join('\n')}`);
  return broken.length === 0;
}

/** Waits until each accepted message has come to each webhook, or nothing more comes. */
async function arrivalsOfAll(load: Load, receiver: ReceiverClient, stopping: AbortSignal) {
  let [before, progressAt] = [-1, performance.now()];
  for (;;) {
    const arrivals = await receiver.ledger(PATHS);
    const { ledger } = reconcile(load.outgoing.messages, PATHS, arrivals);
    if (ledger.missing !== before) [before, progressAt] = [ledger.missing, performance.now()];
    if (ledger.missing === 0 || performance.now() - progressAt > PATIENCE_MS) return arrivals;
    await delay(LOOK_MS, undefined, { signal: stopping });
  }
}

/** An outcome is recorded after the receiver has answered. */
async function untilRecorded(installation: Installation, tenant: Tenant, stopping: AbortSignal): Promise<Recorded> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const recorded = await recordedOf(installation.databaseUrl, tenant);
    if (recorded.others === 0 || performance.now() > deadline) return recorded;
    await delay(LOOK_MS, undefined, { signal: stopping });
  }
}

/** The load average tells what else the machine had to do: every figure of time depends on it. */
const machine = (): string =>
  `Measured on ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, ${new Date().toISOString()}; ` +
  `load average ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')}`;
