/** A wait that can be cut short: by `wake()`, or for good by `stop()`. */
export class Pause {
  #stopped = false;
  #woken = false;
  #finish: (() => void) | undefined;
  #isWakeable = false;

  get isStopped(): boolean {
    return this.#stopped;
  }

  start(): void {
    this.#stopped = false;
  }

  /** Ends the present pause, or the next one that can be woken, before it begins. Any number of calls count as one. */
  wake(): void {
    this.#woken = true;
    if (this.#isWakeable) this.#finish?.();
  }

  stop(): void {
    this.#stopped = true;
    this.#finish?.();
  }

  /** Waits for this time, or less if it is stopped. Resolves to whether it was woken. */
  async for(ms: number, isWakeable = false): Promise<boolean> {
    if (this.#stopped || (isWakeable && this.#woken)) return this.#rest();
    this.#isWakeable = isWakeable;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#finish = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#finish = undefined;
    this.#isWakeable = false;
    return isWakeable && this.#rest();
  }

  /** Waits until it is woken, but not longer than this time. Resolves to whether it was woken. */
  untilWoken(ms: number): Promise<boolean> {
    return this.for(ms, true);
  }

  #rest(): boolean {
    const wasWoken = this.#woken;
    this.#woken = false;
    return wasWoken;
  }
}
