/**
 * Calls a round again and again, one at a time: at once where the last one says that there is more, otherwise, and after
 * one that failed, when the pause is over or somebody wakes it.
 */
export class PollLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStarted = false;

  constructor(
    /** Resolves to whether there is likely more to be done at once. */
    private readonly round: () => Promise<boolean>,
    /** Between two rounds, milliseconds. */
    private readonly pauseMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.isStarted = true;
    this.schedule(0);
  }

  /** Waits for the round that is under way. */
  async stop(): Promise<void> {
    this.isStarted = false;
    clearTimeout(this.timer);
    await this.running;
  }

  /** The next round begins at once. Before the start, and while one is under way, it does nothing. */
  wake(): void {
    if (!this.running) this.schedule(0);
  }

  private schedule(delayMs: number): void {
    if (!this.isStarted) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.running = this.round()
        .catch((error: unknown) => {
          this.onError(error);
          return false;
        })
        .then((more) => {
          this.running = undefined;
          this.schedule(more ? 0 : this.pauseMs);
        });
    }, delayMs);
  }
}
