/**
 * Shares a limited resource fairly between holders (tenants or webhooks). A holder may take more only while it holds less
 * than is free: a single greedy holder gets half, two get a third each, a hundred get about a hundredth each. So something is
 * always free for the next holder, no share has to be configured, and no holder has to give anything back (the dynamic
 * thresholds of Choudhury and Hahne, 1998, for the memory of switches).
 */
export class Shares {
  private readonly held = new Map<string, number>();
  private taken = 0;

  constructor(private readonly total: number) {}

  /** The part that no holder has taken. */
  get free(): number {
    return this.total - this.taken;
  }

  of(who: string): number {
    return this.held.get(who) ?? 0;
  }

  /**
   * Whether this holder may take one more.
   *
   * @param free how much is free to this holder, if that is less than the total that is free
   */
  allows(who: string, free = this.free): boolean {
    return this.of(who) < free;
  }

  take(who: string, amount = 1): void {
    this.held.set(who, this.of(who) + amount);
    this.taken += amount;
  }

  give(who: string, amount = 1): void {
    const left = this.of(who) - amount;
    if (left > 0) this.held.set(who, left);
    else this.held.delete(who);
    this.taken -= amount;
  }
}
