import type { HostRecord } from './detector.policy.ts';
import type { SeenAttempt, Step } from './seen-attempt.ts';

/** How many hosts are remembered, about 400 bytes each. The host whose last attempt is oldest is forgotten first. */
const MAX_HOSTS = 10_000;
/** How many tenants are remembered for each host: more than any rule needs. */
const MAX_TENANTS = 8;

interface Known extends HostRecord {
  readonly tenants: Set<string>;
  answeredAt: number;
  failedAt: number;
  readonly passedAt: Record<Step, number>;
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * The records of the hosts that were tried last, in bounded memory. The cost of noting an attempt does not grow with the
 * number of hosts.
 */
export class HostMemory {
  private readonly hosts = new Map<string, Known>();

  note({ host, tenantId, startedAt, endedAt, failure, passed }: SeenAttempt): void {
    const known = this.hosts.get(host) ?? newHost(host);
    // A Map keeps the order of insertion: its first host is the one whose last attempt is oldest.
    this.hosts.delete(host);
    this.hosts.set(host, known);
    if (known.tenants.size < MAX_TENANTS) known.tenants.add(tenantId);
    if (failure) known.failedAt = Math.max(known.failedAt, endedAt);
    else known.answeredAt = Math.max(known.answeredAt, endedAt);
    for (const step of passed) known.passedAt[step] = Math.max(known.passedAt[step], startedAt);
    if (this.hosts.size > MAX_HOSTS) this.forgetOldest();
  }

  /** Adds a host that answered an earlier process, which has stored that. */
  restore(host: string, tenants: readonly string[], answeredAt: number): void {
    if (this.hosts.has(host) || this.hosts.size >= MAX_HOSTS) return;
    this.hosts.set(host, { ...newHost(host), tenants: new Set(tenants.slice(0, MAX_TENANTS)), answeredAt });
  }

  get(host: string): HostRecord | undefined {
    return this.hosts.get(host);
  }

  all(): Iterable<HostRecord> {
    return this.hosts.values();
  }

  private forgetOldest(): void {
    const [oldest] = this.hosts.keys();
    if (oldest !== undefined) this.hosts.delete(oldest);
  }
}

const newHost = (host: string): Known => ({
  host,
  tenants: new Set(),
  answeredAt: NEVER,
  failedAt: NEVER,
  passedAt: { resolve: NEVER, connect: NEVER, secure: NEVER, answer: NEVER },
});
