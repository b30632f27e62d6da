import type { LatestPasses, Tally } from './detector.policy.ts';
import { clearingHosts, clearingStep, doMostFail, passesSince } from './detector.policy.ts';
import type { SeenAttempt, Step } from './seen-attempt.ts';

/** Whose fault a failure turned out to be. */
export type Verdict = 'receiver' | 'platform';

interface Suspect {
  readonly host: string;
  readonly endedAt: number;
  /** The step that others must pass to clear the platform. */
  readonly step: Step;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** The verdict if no other was reached by then. */
  readonly otherwise: Verdict;
  readonly settle: (verdict: Verdict) => void;
}

/**
 * Failed attempts that are recorded only when it has been judged whether the receiver or the platform is at fault. Each waits at
 * most for the window of time in which the detector counts failures. If the process dies meanwhile, the delivery is tried again, as if the attempt had still been on the wire.
 */
export class Suspects {
  private waiting: Suspect[] = [];

  constructor(private readonly windowMs: number) {}

  /** @param otherwise the verdict at the end of the window, if none was reached before */
  add({ host, endedAt, failure }: SeenAttempt, otherwise: Verdict): Promise<Verdict> {
    const step = failure ? clearingStep(failure.step, failure.causes.at(-1)?.code ?? null) : 'answer';
    return new Promise((settle) => {
      this.waiting.push({ host, endedAt, step, until: endedAt + this.windowMs, otherwise, settle });
    });
  }

  get size(): number {
    return this.waiting.length;
  }

  /** When the failure that has waited longest ended, milliseconds since the epoch. */
  get oldest(): number | null {
    return this.waiting[0]?.endedAt ?? null;
  }

  /** Settles the failures whose step enough other hosts have passed, and those whose time is over. */
  look(tally: Tally, latest: LatestPasses, now: number): void {
    const needed = clearingHosts(tally);
    const isRising = doMostFail(tally);
    const verdictOf = ({ host, endedAt, step, until, otherwise }: Suspect): Verdict | null => {
      if (!isRising && passesSince(latest, step, endedAt, host) >= needed) return 'receiver';
      return now >= until ? otherwise : null;
    };
    this.settleBy(verdictOf);
  }

  settleAll(verdict: Verdict): void {
    this.settleBy(() => verdict);
  }

  /**
   * Settles all failures at once, because no more evidence can be awaited. If most hosts fail, the failures are judged to be
   * the platform's, so that they do not count against receivers.
   */
  settleNow(tally: Tally): void {
    const isRising = doMostFail(tally);
    this.settleBy(({ otherwise }) => (isRising ? 'platform' : otherwise));
  }

  /** Judges failures that ended before that time to be their receivers'. */
  clearBefore(time: number): void {
    this.settleBy(({ endedAt }) => (endedAt < time ? 'receiver' : null));
  }

  private settleBy(verdictOf: (suspect: Suspect) => Verdict | null): void {
    const judged = this.waiting.map((suspect) => [suspect, verdictOf(suspect)] as const);
    this.waiting = judged.flatMap(([suspect, verdict]) => (verdict === null ? [suspect] : []));
    for (const [{ settle }, verdict] of judged) if (verdict !== null) settle(verdict);
  }
}
