/** Work that was begun and has not ended. */
export class Running {
  private readonly works = new Set<Promise<void>>();

  /** Returns the work, which counts as running until it has settled. A rejection is passed on. */
  add(work: Promise<void>): Promise<void> {
    const running = work.finally(() => this.works.delete(running));
    this.works.add(running);
    return running;
  }

  /** Resolves when none is running any more, not even what the last one has begun; rejects as soon as one of them does. */
  async ended(): Promise<void> {
    while (this.works.size > 0) await Promise.all(this.works);
  }
}
