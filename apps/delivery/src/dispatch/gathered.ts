/**
 * Work that is better done for many at once: what is added while it is under way is done together the next time.
 */
export class Gathered<T> {
  private waiting: T[] = [];
  private next: Promise<void> | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly work: (items: readonly T[]) => Promise<void>) {}

  /** Settles as the work does that these items were part of. */
  add(items: readonly T[]): Promise<void> {
    if (items.length === 0) return Promise.resolve();
    for (const item of items) this.waiting.push(item);
    this.next ??= this.running.then(() => {
      const gathered = this.waiting;
      this.waiting = [];
      this.next = undefined;
      const done = this.work(gathered);
      this.running = done.catch(() => undefined);
      return done;
    });
    return this.next;
  }
}
