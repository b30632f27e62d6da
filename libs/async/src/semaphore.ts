/** Limits how many callers work at once; the others wait in the order in which they came. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];

  /** @param free how many may work at once */
  constructor(private free: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The place goes directly to the caller that waits longest, so that a new caller cannot take it first.
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
