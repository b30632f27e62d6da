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
  tallyOf,
  withProbe,
} from './detector.policy.ts';
import type { DetectorRules, Tally } from './detector.policy.ts';
import type { CircuitState } from '../circuit/circuits.ts';
import { HostMemory } from './host-memory.ts';
import { localEvidence } from './local-evidence.policy.ts';
import type { Evidence } from './local-evidence.policy.ts';
import type { SeenAttempt, Step } from './seen-attempt.ts';
import { Suspects } from './suspects.ts';
import type { Verdict } from './suspects.ts';

export interface PlatformFaultSettings extends DetectorRules {
  /** Webhooks that are probed each second while a fault lasts. */
  readonly probesPerSecond: number;
  /** POSTs at once when nothing is wrong: the ramp ends there. */
  readonly totalConcurrency: number;
}

/** What the rest of dispatch hears. */
export interface PlatformFaultListener {
  /** A fault has begun: nothing goes out any more except probes. */
  began(evidence: Evidence): void;
  /** It has ended: sending goes on, more and more at once. */
  ended(): void;
  /** More may be sent at once than a moment ago. */
  grew(): void;
  /** This webhook may send one delivery as a probe. */
  mayProbe(webhookId: string): void;
  /** Failed attempts that are ours, by what shows it. */
  blamed(evidence: Evidence): void;
}

export interface PlatformFaultParts {
  readonly clock: Clock;
  /** Whether the certificates that we trust could be loaded. */
  readonly isTrustLoaded: boolean;
  /** Webhooks that have something to send, the one that was probed longest ago first. */
  readonly candidates: () => Iterable<string>;
  readonly hostOf: (webhookId: string) => string | undefined;
  /** Asks a URL of the operator's own; whether it was reached. null: there is none. */
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

/** While something waits for a verdict, or a ramp goes up, it is looked so often, milliseconds. */
const LOOK_MS = 100;
/** A tally this old is used again where a failure asks whether a verdict can come at all, milliseconds. */
const TALLY_MS = 1_000;
/** So many failures in a row that point at our own machine, without an answer between them, are a fault of the platform. */
const LOCAL_IN_ROW = 5;
const PROBE_MS = 1_000;
/** A failure waits so long for other hosts to settle it before the canary is asked, and the canary no oftener, milliseconds. */
const CANARY_MS = 2_000;

const CALM: Phase = { kind: 'calm' };

/**
 * Tells failures of the platform from those of the receivers, and holds sending back while the platform is at fault. What
 * it decides stands in `detector.policy.ts` and `local-evidence.policy.ts`; one replica judges by its own attempts alone,
 * since another one may have another network.
 */
export class PlatformFault {
  readonly memory = new HostMemory();
  private readonly suspects: Suspects;
  private phase: Phase = CALM;
  private tally: { readonly of: Tally; readonly at: number } | undefined;
  /** Failures that point at our own machine since the last answer of any host. */
  private localInRow = 0;
  /** When the last fault began and ended; attempts that were on the wire in between are ours. */
  private lastFault = { since: Number.NEGATIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
  private readonly permits = new Set<string>();
  private readonly probing = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private probedAt = Number.NEGATIVE_INFINITY;
  private canaryAskedAt = Number.NEGATIVE_INFINITY;
  private isWaitingAllowed = true;

  constructor(
    private readonly settings: PlatformFaultSettings,
    private readonly parts: PlatformFaultParts,
  ) {
    this.suspects = new Suspects(settings.windowMs);
  }

  /**
   * Takes notice of an attempt that has ended, and says whose fault its failure is; of an answer always the receiver's, if
   * anybody's. The promise is for a failure that must wait for the verdict, which takes `windowMs` at most.
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

  /** Whether a fault lasts, or has ended since then. @param time milliseconds since the epoch */
  hasBeenAtFaultSince(time: number): boolean {
    return this.lastFault.until >= time;
  }

  /** What a fault that lasts does to the webhook's deliveries; `closed` holds nothing back. */
  passage(webhookId: string): CircuitState {
    if (this.phase.kind !== 'fault') return 'closed';
    if (this.permits.has(webhookId)) return 'probe';
    return this.isReachedSince(webhookId, this.phase.since) ? 'closed' : 'open';
  }

  /** To be called when a POST to the webhook begins. */
  begin(webhookId: string): void {
    if (this.permits.delete(webhookId)) this.probing.add(webhookId);
  }

  /** POSTs at once, all webhooks together. */
  limit(): number {
    if (this.phase.kind !== 'ramp') return Number.POSITIVE_INFINITY;
    return rampLimit(this.now() - this.phase.since);
  }

  /** Another owner is about to take over: nothing waits for a verdict any more, until `goOn`. */
  settle(): void {
    this.isWaitingAllowed = false;
    this.suspects.settleNow(this.freshTally());
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

  /** Looks once: called by its own timer while there is something to look at. */
  look(): void {
    const now = this.now();
    if (this.phase.kind === 'ramp') this.lookAtRamp(now);
    const tally = this.freshTally();
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
    const tally = this.recentTally();
    // Nobody could clear the platform, or blame it.
    if (local ? tally.good < 2 : !canBeFound(tally, this.settings)) return local ? local.evidence : 'receiver';
    return this.wait(seen, local?.evidence ?? null);
  }

  private async wait(seen: SeenAttempt, evidence: Evidence | null): Promise<Verdict> {
    const waiting = this.suspects.add(seen, evidence ? 'platform' : 'receiver');
    if (this.isWaitingAllowed) this.schedule();
    else this.suspects.settleNow(this.recentTally());
    const verdict = await waiting;
    if (verdict === 'platform') this.parts.listener.blamed(evidence ?? 'most_hosts');
    return verdict;
  }

  private beginFault(evidence: Evidence, step: Step | null, since: number): void {
    this.phase = { kind: 'fault', evidence, step, since, probes: [] };
    this.lastFault = { since, until: Number.POSITIVE_INFINITY };
    this.probedAt = since;
    this.suspects.settleAll('platform');
    this.parts.listener.began(evidence);
    this.schedule();
  }

  private lookAtFault(fault: Extract<Phase, { kind: 'fault' }>, tally: Tally, now: number): void {
    if (this.isOver(fault, tally)) return this.endFault(fault.since, now);
    if (now - this.probedAt >= PROBE_MS) this.grantProbes(fault.since, now);
    this.schedule();
  }

  /** Probes have succeeded; or enough hosts pass the step that local evidence was about; or all that failed have answered. */
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
    this.permits.clear();
    this.probing.clear();
    this.parts.listener.ended();
    this.schedule();
  }

  private lookAtRamp(now: number): void {
    if (this.phase.kind !== 'ramp') return;
    if (rampLimit(now - this.phase.since) >= this.settings.totalConcurrency) this.phase = CALM;
    this.parts.listener.grew();
    this.schedule();
  }

  /** Hosts that were good before it began tell most; where none of them has anything to send, any webhook may. */
  private grantProbes(since: number, now: number): void {
    this.probedAt = now;
    this.permits.clear();
    const waiting = [...this.parts.candidates()].filter((webhookId) => !this.isReachedSince(webhookId, since));
    const good = waiting.filter((webhookId) => {
      const host = this.recordOf(webhookId);
      return host !== undefined && since - host.answeredAt <= this.settings.memoryMs;
    });
    const hosts = new Set<string | undefined>();
    for (const webhookId of good.length > 0 ? good : waiting) {
      if (this.permits.size >= this.settings.probesPerSecond) break;
      const host = this.parts.hostOf(webhookId);
      if (hosts.has(host)) continue;
      hosts.add(host);
      this.permits.add(webhookId);
    }
    for (const webhookId of [...this.permits]) this.parts.listener.mayProbe(webhookId);
  }

  private noteProbe({ webhookId, failure, startedAt }: SeenAttempt): void {
    const { phase } = this;
    if (!this.probing.delete(webhookId) || phase.kind !== 'fault' || startedAt < phase.since) return;
    this.phase = { ...phase, probes: withProbe(phase.probes, failure === null) };
  }

  /** Its answer shows one host only: it clears the receivers' side of nothing while most hosts fail, and blames nobody alone. */
  private async askCanary(now: number): Promise<void> {
    const { canary } = this.parts;
    const oldest = this.suspects.oldest;
    if (!canary || oldest === null || now - oldest < CANARY_MS || now - this.canaryAskedAt < CANARY_MS) return;
    this.canaryAskedAt = now;
    const isReached = await canary();
    if (this.phase.kind === 'fault') return;
    const areMostFailing = doMostFail(this.freshTally());
    if (!isReached && areMostFailing) this.beginFault('canary', null, this.now());
    else if (isReached && !areMostFailing) this.suspects.clearBefore(now);
  }

  private isReachedSince(webhookId: string, since: number): boolean {
    const record = this.recordOf(webhookId);
    return record !== undefined && record.passedAt.answer >= since && record.answeredAt >= record.failedAt;
  }

  private recordOf(webhookId: string) {
    const host = this.parts.hostOf(webhookId);
    return host === undefined ? undefined : this.memory.get(host);
  }

  private recentTally(): Tally {
    return this.tally && Math.abs(this.now() - this.tally.at) < TALLY_MS ? this.tally.of : this.freshTally();
  }

  private freshTally(): Tally {
    const now = this.now();
    this.tally = { of: tallyOf(this.memory.all(), this.settings, now), at: now };
    return this.tally.of;
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
      if (this.suspects.size > 0 || this.phase.kind !== 'calm') this.schedule();
    }, LOOK_MS);
  }

  private now(): number {
    return this.parts.clock().getTime();
  }
}
