/** Tells whether an answer is out of date: of several requests that ask the same thing, only the newest one's answer counts. */
export class Newest {
  #begun = 0;

  /** Begins something that outdates everything before it. The result tells whether nothing newer has begun since. */
  begin(): () => boolean {
    this.#begun += 1;
    const mine = this.#begun;
    return () => mine === this.#begun;
  }
}
