/** A question that has not been asked yet. */
interface Gathering<Item> {
  readonly items: Item[];
  readonly answer: Promise<ReadonlySet<Item>>;
}

/**
 * Combines the same question about many items into one. While a question is under way, the callers that come
 * meanwhile wait and are asked about together in the next one. So there is never more than one question under way,
 * and slow answers lead to larger questions instead of more of them.
 */
export class GatheredLooks<Item> {
  readonly #ask: (items: readonly Item[]) => Promise<ReadonlySet<Item>>;
  #next: Gathering<Item> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param ask returns the items for which the answer is yes; called with at least one item */
  constructor(ask: (items: readonly Item[]) => Promise<ReadonlySet<Item>>) {
    this.#ask = ask;
  }

  /** Whether the answer for the item is yes. If `ask` rejects, this rejects for all callers of the same question. */
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
