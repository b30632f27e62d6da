import type { DetectorRules } from './detector.policy.ts';
import type { HostMemory } from './host-memory.ts';

/** Between two grants of probes, milliseconds. */
const PROBE_MS = 1_000;

export interface ProbeRules extends Pick<DetectorRules, 'memoryMs'> {
  /** Webhooks that are probed each second while a fault lasts. */
  readonly probesPerSecond: number;
}

/** Which webhooks may send one delivery as a probe while a fault of the platform lasts. Times in milliseconds since the epoch. */
export class FaultProbes {
  private readonly permits = new Set<string>();
  private readonly probing = new Set<string>();
  private grantedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly rules: ProbeRules,
    private readonly memory: HostMemory,
    private readonly hostOf: (webhookId: string) => string | undefined,
  ) {}

  /** A fault begins: the first probes are granted after `PROBE_MS`. */
  begin(now: number): void {
    this.grantedAt = now;
  }

  end(): void {
    this.permits.clear();
    this.probing.clear();
  }

  isDue(now: number): boolean {
    return now - this.grantedAt >= PROBE_MS;
  }

  isPermitted(webhookId: string): boolean {
    return this.permits.has(webhookId);
  }

  /** A POST to the webhook begins: if it may probe, this is the probe. */
  started(webhookId: string): void {
    if (this.permits.delete(webhookId)) this.probing.add(webhookId);
  }

  /** A POST to the webhook has ended. Returns whether it was a probe. */
  ended(webhookId: string): boolean {
    return this.probing.delete(webhookId);
  }

  /** Whether the webhook's host has answered since this time, and has not failed since its answer. */
  isReachedSince(webhookId: string, since: number): boolean {
    const record = this.recordOf(webhookId);
    return record !== undefined && record.passedAt.answer >= since && record.answeredAt >= record.failedAt;
  }

  /**
   * Chooses the webhooks that may send a probe. Hosts that were good before the fault tell most. If no deliveries wait for
   * such hosts, any webhook may probe.
   *
   * @param candidates webhooks that have something to send, the one that was probed longest ago first
   * @param since when the fault began
   */
  grant(candidates: Iterable<string>, since: number, now: number): readonly string[] {
    this.grantedAt = now;
    this.permits.clear();
    const waiting = [...candidates].filter((webhookId) => !this.isReachedSince(webhookId, since));
    const good = waiting.filter((webhookId) => {
      const host = this.recordOf(webhookId);
      return host !== undefined && since - host.answeredAt <= this.rules.memoryMs;
    });
    const hosts = new Set<string | undefined>();
    for (const webhookId of good.length > 0 ? good : waiting) {
      if (this.permits.size >= this.rules.probesPerSecond) break;
      const host = this.hostOf(webhookId);
      if (hosts.has(host)) continue;
      hosts.add(host);
      this.permits.add(webhookId);
    }
    return [...this.permits];
  }

  private recordOf(webhookId: string) {
    const host = this.hostOf(webhookId);
    return host === undefined ? undefined : this.memory.get(host);
  }
}
