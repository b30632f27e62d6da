/** A question that is not asked yet. */
interface Gathering<Item> {
  readonly items: Item[];
  readonly answer: Promise<ReadonlySet<Item>>;
}

/**
 * A question that many ask at the same time, asked for all of them together: while one is under way, those who come gather for the
 * next. So there is never more than one under way, and the slower the answers are, the more a question is for.
 */
export class GatheredLooks<Item> {
  readonly #ask: (items: readonly Item[]) => Promise<ReadonlySet<Item>>;
  #next: Gathering<Item> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param ask which of the items it is true of; called with at least one */
  constructor(ask: (items: readonly Item[]) => Promise<ReadonlySet<Item>>) {
    this.#ask = ask;
  }

  /** Whether it is true of the item; rejects as `ask` does, for all who have asked together. */
  async isTrueOf(item: Item): Promise<boolean> {
    this.#next ??= this.#begin();
    this.#next.items.push(item);
    return (await this.#next.answer).has(item);
  }

  #begin(): Gathering<Item> {
    const items: Item[] = [];
    const answer = this.#last.then(() => {
      this.#next = undefined;
      return this.#ask(items);
    });
    this.#last = answer.catch(() => undefined);
    return { items, answer };
  }
}
