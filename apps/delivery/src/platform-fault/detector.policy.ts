import type { Step } from './seen-attempt.ts';
import { STEPS } from './seen-attempt.ts';

/**
 * Rules that decide when many failures at once are judged to be the platform's fault. Times in milliseconds. If the judgement
 * is wrong, deliveries are held back and their failures cost no attempts; probes that are answered end the fault.
 */
export interface DetectorRules {
  /** At least this many hosts must fail: with fewer, chance or one provider's outage would look like a fault of ours. */
  readonly minHosts: number;
  /** They must belong to at least this many tenants, so that one tenant's failing webhooks cannot look like a fault of ours. */
  readonly minTenants: number;
  /** A host that answered within this time counts as good. */
  readonly memoryMs: number;
  /** Failures within this time are counted together. A failure waits for its verdict at most this long. */
  readonly windowMs: number;
}

/** The record of a host's attempts. Times in milliseconds since the epoch; minus infinity: it never happened. */
export interface HostRecord {
  readonly host: string;
  readonly tenants: ReadonlySet<string>;
  /** End of the last attempt that the host answered. */
  readonly answeredAt: number;
  /** End of the last attempt that failed before the host answered. */
  readonly failedAt: number;
  /** For each step: start of the latest attempt that passed the step itself. */
  readonly passedAt: Readonly<Record<Step, number>>;
}

export interface Tally {
  /** Number of hosts that answered within `memoryMs`, and number of their tenants. */
  readonly good: number;
  readonly goodTenants: number;
  /** Number of good hosts whose last attempt failed within the window. */
  readonly failing: number;
  readonly failingTenants: number;
  /** Number of good hosts whose last attempt was answered within the window. */
  readonly answering: number;
}

/**
 * Counts the hosts. A host that was not tried within the window says nothing about the present: it counts as neither failing
 * nor answering.
 */
export function tallyOf(hosts: Iterable<HostRecord>, rules: DetectorRules, now: number): Tally {
  const goodTenants = new Set<string>();
  const failingTenants = new Set<string>();
  let [good, failing, answering] = [0, 0, 0];
  for (const { tenants, answeredAt, failedAt } of hosts) {
    if (now - answeredAt > rules.memoryMs) continue;
    good += 1;
    for (const tenant of tenants) goodTenants.add(tenant);
    if (failedAt > answeredAt) {
      if (now - failedAt > rules.windowMs) continue;
      failing += 1;
      for (const tenant of tenants) failingTenants.add(tenant);
    } else if (now - answeredAt <= rules.windowMs) answering += 1;
  }
  return { good, goodTenants: goodTenants.size, failing, failingTenants: failingTenants.size, answering };
}

/** Whether most of the hosts that were tried fail, even if they are few. */
export const doMostFail = ({ failing, answering }: Tally): boolean => failing > answering;

/** The verdict: most of the good hosts fail, and there are enough of them, of enough tenants. */
export const isPlatformFault = (tally: Tally, { minHosts, minTenants }: DetectorRules): boolean =>
  doMostFail(tally) && tally.failing >= minHosts && tally.failingTenants >= minTenants;

/** Whether any host that failed since that time has not answered since its failure. */
export function doesAnyStillFail(hosts: Iterable<HostRecord>, since: number): boolean {
  for (const { failedAt, answeredAt } of hosts) if (failedAt >= since && failedAt > answeredAt) return true;
  return false;
}

/** Whether enough good hosts are known for a verdict. Otherwise no failure need wait for one. */
export const canBeFound = ({ good, goodTenants }: Tally, { minHosts, minTenants }: DetectorRules): boolean =>
  good >= minHosts && goodTenants >= minTenants;

/** If this many other hosts pass a step after a failure at that step, the platform is judged not to blame for the failure. … */
const CLEARING_HOSTS = 3;

/** The number of hosts that must pass: `CLEARING_HOSTS`, or all other good hosts where there are fewer. */
export const clearingHosts = ({ good }: Tally): number => Math.max(1, Math.min(CLEARING_HOSTS, good - 1));

/**
 * For each step the hosts that passed it last, the latest first. One more is kept than needed to clear a failure, since the
 * failure's own host does not count.
 */
export type LatestPasses = Readonly<Record<Step, readonly HostRecord[]>>;

export function latestPasses(hosts: Iterable<HostRecord>): LatestPasses {
  const latest: Record<Step, HostRecord[]> = { resolve: [], connect: [], secure: [], answer: [] };
  for (const record of hosts) for (const step of STEPS) keepLatest(latest[step], record, step);
  return latest;
}

function keepLatest(kept: HostRecord[], record: HostRecord, step: Step): void {
  const at = record.passedAt[step];
  if (at === Number.NEGATIVE_INFINITY) return;
  const place = kept.findIndex((other) => other.passedAt[step] < at);
  if (place < 0 && kept.length > CLEARING_HOSTS) return;
  kept.splice(place < 0 ? kept.length : place, 0, record);
  if (kept.length > CLEARING_HOSTS + 1) kept.pop();
}

/** How many hosts other than this one passed the step with an attempt that began at that time or later. */
export const passesSince = (latest: LatestPasses, step: Step, since: number, host: string | null): number =>
  latest[step].filter((record) => record.host !== host && record.passedAt[step] >= since).length;

/** Errors that are possible only if a packet came back: they show that the network between us and that host works. */
const CAME_BACK: ReadonlySet<string | null> = new Set(['ECONNREFUSED', 'ECONNRESET']);

/**
 * The step that other hosts must pass before a failure is judged to be the receiver's. An answer over a connection that was
 * open before does not show that connections can be opened, so it clears no failure to connect, unless the failure itself
 * shows that packets come back.
 */
export const clearingStep = (step: Step, lastCode: string | null): Step =>
  step === 'connect' && CAME_BACK.has(lastCode) ? 'answer' : step;

/** How many of the last probes are judged to find out whether a fault has ended. */
const PROBES_JUDGED = 6;
/** This many of them must be answered, two thirds: one receiver may really be down, and a single answer may be chance. */
const ANSWERS_TO_END = 4;

export const withProbe = (probes: readonly boolean[], isAnswered: boolean): readonly boolean[] =>
  [...probes, isAnswered].slice(-PROBES_JUDGED);

export const haveProbesSucceeded = (probes: readonly boolean[]): boolean =>
  probes.filter(Boolean).length >= ANSWERS_TO_END;

/**
 * After a fault has ended the limit of POSTs at once starts at 1 and doubles after each such step, milliseconds, so that the
 * deliveries that were held back overload no receiver.
 */
const RAMP_STEP_MS = 500;
export const rampLimit = (msSinceEnd: number): number => 2 ** Math.max(0, Math.floor(msSinceEnd / RAMP_STEP_MS));
