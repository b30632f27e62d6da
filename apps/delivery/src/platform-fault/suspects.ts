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
  /** Where nothing else is known by then. */
  readonly otherwise: Verdict;
  readonly settle: (verdict: Verdict) => void;
}

/**
 * Failures whose outcomes wait to be recorded until it is known whose fault they are. Each waits no longer than the
 * detector's window; where the process dies meanwhile, its delivery is tried again like any attempt that was on the wire.
 */
export class Suspects {
  private waiting: Suspect[] = [];

  constructor(private readonly windowMs: number) {}

  /** @param otherwise the verdict at the end of the window, if nothing has settled it before */
  add({ host, endedAt, failure }: SeenAttempt, otherwise: Verdict): Promise<Verdict> {
    const step = failure ? clearingStep(failure.step, failure.causes.at(-1)?.code ?? null) : 'answer';
    return new Promise((settle) => {
      this.waiting.push({ host, endedAt, step, until: endedAt + this.windowMs, otherwise, settle });
    });
  }

  get size(): number {
    return this.waiting.length;
  }

  /** When the failure ended that has waited longest, milliseconds since the epoch. */
  get oldest(): number | null {
    return this.waiting[0]?.endedAt ?? null;
  }

  /** Settles those that others have cleared, and those whose time is over. */
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

  /** Nothing more can be waited for: what is not known to be the receiver's is not counted where most hosts fail. */
  settleNow(tally: Tally): void {
    const isRising = doMostFail(tally);
    this.settleBy(({ otherwise }) => (isRising ? 'platform' : otherwise));
  }

  /** Those that ended before that time are their receivers'. */
  clearBefore(time: number): void {
    this.settleBy(({ endedAt }) => (endedAt < time ? 'receiver' : null));
  }

  private settleBy(verdictOf: (suspect: Suspect) => Verdict | null): void {
    const judged = this.waiting.map((suspect) => [suspect, verdictOf(suspect)] as const);
    this.waiting = judged.flatMap(([suspect, verdict]) => (verdict === null ? [suspect] : []));
    for (const [{ settle }, verdict] of judged) if (verdict !== null) settle(verdict);
  }
}
