import type { Clock } from '@signet/contracts';
import {
  canBeFound,
  clearingHosts,
  doesAnyStillFail,
  doMostFail,
  haveProbesSucceeded,
  isPlatformFault,
  latestPasses,
  passesSince,
  rampLimit,
  withProbe,
} from './detector.policy.ts';
import type { DetectorRules, Tally } from './detector.policy.ts';
import type { CircuitState } from '../circuit/circuits.ts';
import { FaultProbes } from './fault-probes.ts';
import type { ProbeRules } from './fault-probes.ts';
import { HostTallies } from './host-tallies.ts';
import { HostMemory } from './host-memory.ts';
import { localEvidence } from './local-evidence.policy.ts';
import type { Evidence } from './local-evidence.policy.ts';
import type { SeenAttempt, Step } from './seen-attempt.ts';
import { Suspects } from './suspects.ts';
import type { Verdict } from './suspects.ts';

export interface PlatformFaultSettings extends DetectorRules, ProbeRules {
  /** POSTs at once when nothing is wrong: the ramp ends there. */
  readonly totalConcurrency: number;
}

/** Receives the changes of the platform's fault, for the rest of dispatch. */
export interface PlatformFaultListener {
  /** A fault has begun: nothing goes out any more except probes. */
  began(evidence: Evidence): void;
  /** It has ended: sending goes on, more and more at once. */
  ended(): void;
  /** More may be sent at once than a moment ago. */
  grew(): void;
  /** This webhook may send one delivery as a probe. */
  mayProbe(webhookId: string): void;
  /** A failed attempt was judged to be the platform's fault, by this evidence. */
  blamed(evidence: Evidence): void;
}

export interface PlatformFaultParts {
  readonly clock: Clock;
  /** Whether the certificates that we trust could be loaded. */
  readonly isTrustLoaded: boolean;
  /** Webhooks that have something to send, the one that was probed longest ago first. */
  readonly candidates: () => Iterable<string>;
  readonly hostOf: (webhookId: string) => string | undefined;
  /** Sends a request to the operator's canary URL, and resolves to whether it was reached. null: no canary is set. */
  readonly canary: (() => Promise<boolean>) | null;
  readonly listener: PlatformFaultListener;
}

type Phase =
  | { readonly kind: 'calm' }
  | {
      readonly kind: 'fault';
      readonly evidence: Evidence;
      /** The step that local evidence is about; null where the hosts together are the evidence. */
      readonly step: Step | null;
      readonly since: number;
      readonly probes: readonly boolean[];
    }
  | { readonly kind: 'ramp'; readonly since: number };

/** How often the state is checked while failures wait for a verdict, a fault lasts or a ramp goes up, milliseconds. */
const LOOK_MS = 100;
/**
 * After this many failures that point at our own machine, without an answer of any host between them, the platform is judged
 * at fault.
 */
const LOCAL_IN_ROW = 5;
/**
 * A failure waits this long for the results of other hosts before the canary is asked. It is also the shortest time between
 * two requests to the canary. Milliseconds.
 */
const CANARY_MS = 2_000;

const CALM: Phase = { kind: 'calm' };

/**
 * Judges whether a failure is the platform's fault or the receiver's, because a receiver must not be disabled for our own
 * outage. While the platform is at fault, deliveries are held back. `detector.policy.ts` and `local-evidence.policy.ts` have
 * the rules. A replica uses its own attempts only, since another replica may have another network. If a fault is seen
 * wrongly, deliveries wait until probes are answered; if one is missed, failures count against the receivers.
 */
export class PlatformFault {
  readonly memory = new HostMemory();
  private readonly suspects: Suspects;
  private phase: Phase = CALM;
  private readonly tallies: HostTallies;
  /** Failures that point at our own machine since the last answer of any host. */
  private localInRow = 0;
  /** When the last fault began and ended. Failures of attempts that were on the wire in that time are the platform's. */
  private lastFault = { since: Number.NEGATIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
  private readonly probes: FaultProbes;
  private timer: NodeJS.Timeout | undefined;
  private canaryAskedAt = Number.NEGATIVE_INFINITY;
  private isWaitingAllowed = true;

  private readonly now: () => number;

  constructor(
    private readonly settings: PlatformFaultSettings,
    private readonly parts: PlatformFaultParts,
  ) {
    this.now = () => parts.clock().getTime();
    this.suspects = new Suspects(settings.windowMs);
    this.tallies = new HostTallies(this.memory, settings);
    this.probes = new FaultProbes(settings, this.memory, parts.hostOf);
  }

  /**
   * Notes an attempt that has ended, and says whose fault its failure is. If the receiver answered, a failure is always the
   * receiver's. The result is a promise if the failure must wait for its verdict, which takes at most `windowMs`.
   */
  judge(seen: SeenAttempt): Verdict | Promise<Verdict> {
    this.memory.note(seen);
    this.noteProbe(seen);
    if (seen.failure === null) {
      this.localInRow = 0;
      return 'receiver';
    }
    const verdict = this.verdictOn(seen, seen.failure);
    if (verdict !== 'receiver' && !(verdict instanceof Promise)) this.parts.listener.blamed(verdict);
    return verdict instanceof Promise || verdict === 'receiver' ? verdict : 'platform';
  }

  get isFault(): boolean {
    return this.phase.kind === 'fault';
  }

  /** Whether a fault lasts now, or one has ended since this time. @param time milliseconds since the epoch */
  hasBeenAtFaultSince(time: number): boolean {
    return this.lastFault.until >= time;
  }

  /** Whether a present fault holds the webhook's deliveries back; `closed` lets them through. */
  passage(webhookId: string): CircuitState {
    if (this.phase.kind !== 'fault') return 'closed';
    if (this.probes.isPermitted(webhookId)) return 'probe';
    return this.probes.isReachedSince(webhookId, this.phase.since) ? 'closed' : 'open';
  }

  /** To be called when a POST to the webhook begins. */
  begin(webhookId: string): void {
    this.probes.started(webhookId);
  }

  /** POSTs at once, all webhooks together. */
  limit(): number {
    if (this.phase.kind !== 'ramp') return Number.POSITIVE_INFINITY;
    return rampLimit(this.now() - this.phase.since);
  }

  /** Another owner is about to take over: until `goOn`, no failure waits for a verdict. */
  settle(): void {
    this.isWaitingAllowed = false;
    this.suspects.settleNow(this.tallies.fresh(this.now()));
  }

  goOn(): void {
    this.isWaitingAllowed = true;
  }

  stop(): void {
    this.settle();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.phase = CALM;
  }

  /** Checks the state once. A timer calls it while failures wait, or a fault or ramp lasts. */
  look(): void {
    const now = this.now();
    if (this.phase.kind === 'ramp') this.lookAtRamp(this.phase.since, now);
    const tally = this.tallies.fresh(this.now());
    if (this.phase.kind === 'fault') return this.lookAtFault(this.phase, tally, now);
    if (this.suspects.size === 0) return;
    if (isPlatformFault(tally, this.settings)) return this.beginFault('most_hosts', null, now);
    this.suspects.look(tally, latestPasses(this.memory.all()), now);
    void this.askCanary(now);
  }

  private verdictOn(seen: SeenAttempt, failure: NonNullable<SeenAttempt['failure']>) {
    const { phase, lastFault } = this;
    if (phase.kind === 'fault') return phase.evidence;
    if (seen.startedAt <= lastFault.until && seen.endedAt >= lastFault.since) return 'most_hosts';
    const local = localEvidence(failure, this.parts.isTrustLoaded);
    if (local) {
      this.localInRow += 1;
      if (this.localInRow >= LOCAL_IN_ROW) this.beginFault(local.evidence, failure.step, this.now());
      if (this.isFault || local.proof === 'sure') return local.evidence;
    }
    const tally = this.tallies.recent(this.now());
    // Too few good hosts are known to clear the platform or to blame it: no need to wait.
    if (local ? tally.good < 2 : !canBeFound(tally, this.settings)) return local ? local.evidence : 'receiver';
    return this.wait(seen, local?.evidence ?? null);
  }

  private async wait(seen: SeenAttempt, evidence: Evidence | null): Promise<Verdict> {
    const waiting = this.suspects.add(seen, evidence ? 'platform' : 'receiver');
    if (this.isWaitingAllowed) this.schedule();
    else this.suspects.settleNow(this.tallies.recent(this.now()));
    const verdict = await waiting;
    if (verdict === 'platform') this.parts.listener.blamed(evidence ?? 'most_hosts');
    return verdict;
  }

  private beginFault(evidence: Evidence, step: Step | null, since: number): void {
    this.phase = { kind: 'fault', evidence, step, since, probes: [] };
    this.lastFault = { since, until: Number.POSITIVE_INFINITY };
    this.probes.begin(since);
    this.suspects.settleAll('platform');
    this.parts.listener.began(evidence);
    this.schedule();
  }

  private lookAtFault(fault: Extract<Phase, { kind: 'fault' }>, tally: Tally, now: number): void {
    if (this.isOver(fault, tally)) return this.endFault(fault.since, now);
    if (this.probes.isDue(now)) this.grantProbes(fault.since, now);
    this.schedule();
  }

  /**
   * Whether the fault is over: enough probes succeeded, or enough hosts passed the step that the local evidence was about, or
   * enough hosts answered and all hosts that had failed are among those that answered since.
   */
  private isOver({ since, step, probes }: Extract<Phase, { kind: 'fault' }>, tally: Tally): boolean {
    if (haveProbesSucceeded(probes)) return true;
    const latest = latestPasses(this.memory.all());
    const isCleared = step !== null && passesSince(latest, step, since, null) >= clearingHosts(tally);
    const areReached = !doesAnyStillFail(this.memory.all(), since - this.settings.windowMs);
    return isCleared || (areReached && passesSince(latest, 'answer', since, null) >= clearingHosts(tally));
  }

  private endFault(since: number, now: number): void {
    this.phase = { kind: 'ramp', since: now };
    this.lastFault = { since, until: now };
    this.localInRow = 0;
    this.probes.end();
    this.parts.listener.ended();
    this.schedule();
  }

  private lookAtRamp(since: number, now: number): void {
    if (rampLimit(now - since) >= this.settings.totalConcurrency) this.phase = CALM;
    this.parts.listener.grew();
    this.schedule();
  }

  private grantProbes(since: number, now: number): void {
    for (const webhookId of this.probes.grant(this.parts.candidates(), since, now))
      this.parts.listener.mayProbe(webhookId);
  }

  private noteProbe({ webhookId, failure, startedAt }: SeenAttempt): void {
    const { phase } = this;
    if (!this.probes.ended(webhookId) || phase.kind !== 'fault' || startedAt < phase.since) return;
    this.phase = { ...phase, probes: withProbe(phase.probes, failure === null) };
  }

  /**
   * Asks the canary. It is one host only, so it never decides alone: its answer clears the platform only if most hosts do not
   * fail, and its failure blames the platform only if most hosts fail.
   */
  private async askCanary(now: number): Promise<void> {
    const { canary } = this.parts;
    const oldest = this.suspects.oldest;
    if (!canary || oldest === null || now - oldest < CANARY_MS || now - this.canaryAskedAt < CANARY_MS) return;
    this.canaryAskedAt = now;
    const isReached = await canary();
    if (this.phase.kind === 'fault') return;
    const areMostFailing = doMostFail(this.tallies.fresh(this.now()));
    if (!isReached && areMostFailing) this.beginFault('canary', null, this.now());
    else if (isReached && !areMostFailing) this.suspects.clearBefore(now);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
      if (this.suspects.size > 0 || this.phase.kind !== 'calm') this.schedule();
    }, LOOK_MS);
  }
}
