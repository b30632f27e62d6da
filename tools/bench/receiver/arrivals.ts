/** What came to one path: one entry per `webhook-id`, as columns of equal length. Times in microseconds, see clock.ts. */
export interface ArrivalColumns {
  readonly ids: readonly string[];
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly requests: readonly number[];
}

/** How much came to one path. */
export interface ArrivalCount {
  /** Different webhook-ids. */
  readonly messages: number;
  readonly requests: number;
  /** Requests without an id or a signature: not webhooks. */
  readonly unsigned: number;
}

/** What came to one path, kept for as long as the receiver runs. */
export class Arrivals {
  readonly #indexes = new Map<string, number>();
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #requests: number[] = [];
  #total = 0;
  #unsigned = 0;

  add(webhookId: string, isSigned: boolean, at: number): void {
    this.#total++;
    if (!isSigned || webhookId === '') {
      this.#unsigned++;
      return;
    }
    const index = this.#indexes.get(webhookId);
    if (index === undefined) {
      this.#indexes.set(webhookId, this.#first.length);
      this.#first.push(at);
      this.#last.push(at);
      this.#requests.push(1);
    } else {
      this.#last[index] = at;
      this.#requests[index] = (this.#requests[index] ?? 0) + 1;
    }
  }

  count(): ArrivalCount {
    return { messages: this.#first.length, requests: this.#total, unsigned: this.#unsigned };
  }

  columns(): ArrivalColumns {
    return { ids: [...this.#indexes.keys()], first: this.#first, last: this.#last, requests: this.#requests };
  }
}
