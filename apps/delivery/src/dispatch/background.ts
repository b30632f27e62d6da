import { Running } from '@signet/async';

/** Work that is begun without being awaited. Only the end of the service waits for it. */
export class Background {
  private readonly running = new Running();

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Begins the work. Resolves when it has ended, even if it failed: its error is reported. */
  run(work: () => Promise<void>): Promise<void> {
    return this.running.add(work().catch((error: unknown) => this.onError(error)));
  }

  /** Resolves when nothing is under way any more, not even what the last work has begun. */
  ended(): Promise<void> {
    return this.running.ended();
  }
}
