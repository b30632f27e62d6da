/** Work that is begun without being awaited. Only the end of the service waits for it. */
export class Background {
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Begins the work. Resolves when it has ended, even if it failed: its error is reported. */
  run(work: () => Promise<void>): Promise<void> {
    const running = work()
      .catch((error: unknown) => this.onError(error))
      .finally(() => this.running.delete(running));
    this.running.add(running);
    return running;
  }

  /** Resolves when nothing is under way any more, not even what the last work has begun. */
  async ended(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
