import type { Step } from './seen-attempt.ts';
import { STEPS } from './seen-attempt.ts';

/** When many failures at once are the platform's. Times in milliseconds. */
export interface DetectorRules {
  /** So many hosts must fail: with fewer, chance and one provider's outage look like ours. */
  readonly minHosts: number;
  /** … of so many tenants: one tenant cannot make its own failures ours. */
  readonly minTenants: number;
  /** A host that answered within this time is known to be good. */
  readonly memoryMs: number;
  /** The failures lie within this time. A failure waits for the verdict no longer than this. */
  readonly windowMs: number;
}

/** What is known of a host. Times in milliseconds since the epoch, minus infinity where it never was. */
export interface HostRecord {
  readonly host: string;
  readonly tenants: ReadonlySet<string>;
  /** End of the last attempt that it answered. */
  readonly answeredAt: number;
  /** End of the last attempt that failed before it answered. */
  readonly failedAt: number;
  /** Start of the latest attempt that passed the step itself. */
  readonly passedAt: Readonly<Record<Step, number>>;
}

export interface Tally {
  /** Hosts that answered within the memory, and how many tenants they are of. */
  readonly good: number;
  readonly goodTenants: number;
  /** Of the good hosts: those whose last attempt failed within the window. */
  readonly failing: number;
  readonly failingTenants: number;
  /** Of the good hosts: those whose last attempt was answered within the window. */
  readonly answering: number;
}

/** Hosts that were not tried within the window say nothing about now: they are neither failing nor answering. */
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

/** Whether most of the hosts that were tried fail, whatever their number. */
export const doMostFail = ({ failing, answering }: Tally): boolean => failing > answering;

/** The verdict: most of the good hosts fail, and there are enough of them, of enough tenants. */
export const isPlatformFault = (tally: Tally, { minHosts, minTenants }: DetectorRules): boolean =>
  doMostFail(tally) && tally.failing >= minHosts && tally.failingTenants >= minTenants;

/** Whether a host that failed since that time has not answered since. */
export function doesAnyStillFail(hosts: Iterable<HostRecord>, since: number): boolean {
  for (const { failedAt, answeredAt } of hosts) if (failedAt >= since && failedAt > answeredAt) return true;
  return false;
}

/** Whether a verdict can come at all: otherwise no failure need wait for one. */
export const canBeFound = ({ good, goodTenants }: Tally, { minHosts, minTenants }: DetectorRules): boolean =>
  good >= minHosts && goodTenants >= minTenants;

/** So many hosts that pass a step after a failure show that the platform is not to blame for it … */
const CLEARING_HOSTS = 3;

/** … or all others that are known, where they are fewer. */
export const clearingHosts = ({ good }: Tally): number => Math.max(1, Math.min(CLEARING_HOSTS, good - 1));

/** The hosts that passed each step last, the latest first: one more than clear a failure, since its own host does not count. */
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

/** Errors that only a packet which came back explains: where one host sends them, the way to hosts works. */
const CAME_BACK: ReadonlySet<string | null> = new Set(['ECONNREFUSED', 'ECONNRESET']);

/**
 * Which step others must pass before a failure is its receiver's. An answer over a connection that was open before proves
 * nothing about opening one, unless the failure itself shows that packets come back.
 */
export const clearingStep = (step: Step, lastCode: string | null): Step =>
  step === 'connect' && CAME_BACK.has(lastCode) ? 'answer' : step;

/** The last probes of a fault, true where the host answered. */
const PROBES_JUDGED = 6;
/** Two thirds of them: a probe may meet a receiver that is really dead, or one answer may be luck. */
const ANSWERS_TO_END = 4;

export const withProbe = (probes: readonly boolean[], isAnswered: boolean): readonly boolean[] =>
  [...probes, isAnswered].slice(-PROBES_JUDGED);

export const haveProbesSucceeded = (probes: readonly boolean[]): boolean =>
  probes.filter(Boolean).length >= ANSWERS_TO_END;

/** POSTs at once after a fault has ended: 1, and twice as many each half second, so that nothing is knocked over. */
const RAMP_STEP_MS = 500;
export const rampLimit = (msSinceEnd: number): number => 2 ** Math.max(0, Math.floor(msSinceEnd / RAMP_STEP_MS));
