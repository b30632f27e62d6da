interface Span {
  readonly nextOffset: bigint;
  isDone: boolean;
}

/**
 * Finds the offset that may be committed when batches end in any order: the one behind the longest run of batches, counted
 * from the first, that have all ended.
 */
export class Watermark {
  private readonly spans: Span[] = [];
  private next: bigint | undefined;
  private committed: bigint | undefined;

  /** A batch was handed over; the caller calls the result when everything that the batch led to is durable. */
  begin(lastOffset: string): () => void {
    const span: Span = { nextOffset: BigInt(lastOffset) + 1n, isDone: false };
    this.spans.push(span);
    return () => {
      span.isDone = true;
      while (this.spans[0]?.isDone) this.next = this.spans.shift()?.nextOffset;
    };
  }

  /** The offset to be committed (that of the next record to be read), or undefined when there is nothing new. */
  get committable(): string | undefined {
    return this.next === undefined || this.next === this.committed ? undefined : this.next.toString();
  }

  markCommitted(offset: string): void {
    this.committed = BigInt(offset);
  }
}
