/**
 * Who may hold how much of something that there is only so much of. Nobody may take more once they hold as much as is left
 * free: one who wants everything gets half, two get a third each, a hundred a hundredth. So there is always some for whoever
 * comes next, without a number to be set, and nobody has to give back what was taken (the dynamic thresholds of Choudhury
 * and Hahne, 1998, for the memory of switches).
 */
export class Shares {
  private readonly held = new Map<string, number>();
  private taken = 0;

  constructor(private readonly total: number) {}

  /** What nobody holds. */
  get free(): number {
    return this.total - this.taken;
  }

  of(who: string): number {
    return this.held.get(who) ?? 0;
  }

  /**
   * Whether they may take one more.
   *
   * @param free where less is free to them than to others
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
