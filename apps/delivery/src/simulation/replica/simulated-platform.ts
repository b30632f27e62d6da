import type { CircuitState } from '../../circuit/circuits.ts';
import { rampLimit } from '../../platform-fault/detector.policy.ts';
import type { World } from '../world/world.ts';
import type { Host } from '../world/host.ts';

type Phase = { readonly kind: 'calm' } | { readonly kind: 'fault' } | { readonly kind: 'ramp'; readonly since: number };
type Settle = (isOurFault: boolean) => void;

/** What changes for the scheduler. */
export interface PlatformListener {
  changed(): void;
  grew(): void;
  mayProbe(webhookId: string): void;
  candidates(): Iterable<string>;
}

const PROBES_AT_ONCE = 3;
const PROBE_MS = 1_000;
const LOOK_MS = 500;

/**
 * A replica's judgement whether the platform is at fault. It is always right: its rules have tests of their own. It is here for what
 * follows from it: failures wait for a verdict, deliveries are held back, probes go out, and then more and more at once.
 */
export class SimulatedPlatform {
  private phase: Phase = { kind: 'calm' };
  private until = Number.NEGATIVE_INFINITY;
  private readonly permits = new Set<string>();
  private readonly probing = new Set<string>();
  /** Failures that wait for their verdict, and whether it is ours. */
  private readonly suspects = new Map<Settle, boolean>();
  private isWaitingAllowed = true;

  constructor(
    private readonly world: World,
    private readonly host: Host,
    private readonly listener: PlatformListener,
  ) {}

  passage(webhookId: string): CircuitState {
    if (this.phase.kind !== 'fault') return 'closed';
    return this.permits.has(webhookId) ? 'probe' : 'open';
  }

  hasBeenAtFaultSince(time: number): boolean {
    return this.until >= time;
  }

  begin(webhookId: string): void {
    if (this.permits.delete(webhookId)) this.probing.add(webhookId);
  }

  limit(): number {
    return this.phase.kind === 'ramp' ? rampLimit(this.world.clock.now - this.phase.since) : Number.POSITIVE_INFINITY;
  }

  /** Says whose fault a failure is: now, or later with `settle`. */
  judge(isOurFault: boolean, settle: Settle): 'platform' | 'receiver' | 'awaited' {
    const { random } = this.world;
    if (this.phase.kind === 'fault' && isOurFault) return 'platform';
    if (!this.isWaitingAllowed || (!isOurFault && random.chance(0.6))) return isOurFault ? 'platform' : 'receiver';
    const once: Settle = (verdict) => {
      if (this.suspects.delete(once)) settle(verdict);
    };
    this.suspects.set(once, isOurFault);
    this.host.after(random.whole(50, isOurFault ? 500 : this.world.settings.verdictMs), () => {
      if (isOurFault && this.suspects.has(once)) this.beginFault();
      once(isOurFault);
    });
    return 'awaited';
  }

  noteAnswer(webhookId: string, isAnswered: boolean): void {
    if (this.probing.delete(webhookId) && isAnswered && this.phase.kind === 'fault') this.endFault();
  }

  /** The partitions are given up: no failure waits any more. */
  settle(): void {
    this.isWaitingAllowed = false;
    for (const [settle, isOurFault] of [...this.suspects]) settle(isOurFault);
  }

  goOn(): void {
    this.isWaitingAllowed = true;
  }

  private beginFault(): void {
    if (this.phase.kind === 'fault') return;
    this.world.story.tell(() => `${this.host.name} finds the platform at fault`);
    this.phase = { kind: 'fault' };
    this.until = Number.POSITIVE_INFINITY;
    this.listener.changed();
    this.grantProbes();
  }

  private grantProbes(): void {
    this.host.after(PROBE_MS, () => {
      if (this.phase.kind !== 'fault') return;
      this.permits.clear();
      for (const webhookId of this.listener.candidates()) {
        if (this.permits.size >= PROBES_AT_ONCE) break;
        this.permits.add(webhookId);
      }
      for (const webhookId of [...this.permits]) this.listener.mayProbe(webhookId);
      this.grantProbes();
    });
  }

  private endFault(): void {
    const { clock, story } = this.world;
    story.tell(() => `${this.host.name} finds the platform's fault over`);
    this.phase = { kind: 'ramp', since: clock.now };
    this.until = clock.now;
    this.permits.clear();
    this.probing.clear();
    this.listener.changed();
    this.lookAtRamp();
  }

  private lookAtRamp(): void {
    this.host.after(LOOK_MS, () => {
      if (this.phase.kind !== 'ramp') return;
      if (this.limit() >= this.world.plan.slots) this.phase = { kind: 'calm' };
      this.listener.grew();
      this.lookAtRamp();
    });
  }
}
