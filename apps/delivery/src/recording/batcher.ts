/**
 * Runs work for many items at once. One batch runs at a time; the items that are added while it runs form the next batch.
 */
export class Batcher<T> {
  private waiting: T[] = [];
  private next: Promise<void> | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly work: (items: readonly T[]) => Promise<void>) {}

  /** Resolves or rejects with the batch that these items are part of. */
  add(items: readonly T[]): Promise<void> {
    if (items.length === 0) return Promise.resolve();
    for (const item of items) this.waiting.push(item);
    this.next ??= this.running.then(() => {
      const batch = this.waiting;
      this.waiting = [];
      this.next = undefined;
      const done = this.work(batch);
      this.running = done.catch(() => undefined);
      return done;
    });
    return this.next;
  }
}
