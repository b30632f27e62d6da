/**
 * Calls a round again and again, one at a time. If the last round says that there is more to do, the next one begins at once;
 * otherwise, and after a failed round, it begins after the pause, or when `wake` is called.
 */
export class PollLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStarted = false;

  constructor(
    /** Resolves to whether there is probably more to do at once. */
    private readonly round: () => Promise<boolean>,
    /** The pause between two rounds, milliseconds. */
    private readonly pauseMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.isStarted = true;
    this.schedule(0);
  }

  /** Starts no more rounds, and waits for the one under way. */
  async stop(): Promise<void> {
    this.isStarted = false;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Lets the next round begin at once. Before the start, and while a round is under way, it does nothing. */
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
