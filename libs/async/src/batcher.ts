/**
 * Runs work for many items at once. One batch runs at a time; the items that are added while it runs form the next batch. So slow
 * work leads to larger batches, and not to more work at once.
 */
export class Batcher<Item, Result = void> {
  private waiting: Item[] = [];
  private next: Promise<Result> | undefined;
  private running: Promise<unknown> = Promise.resolve();

  /** @param work is called with at least one item */
  constructor(private readonly work: (items: readonly Item[]) => Promise<Result>) {}

  /**
   * @param items at least one
   * @returns the result of the whole batch that these items are part of; rejects when the batch does
   */
  add(items: readonly Item[]): Promise<Result> {
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
