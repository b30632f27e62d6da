/** A watch over the deliveries in memory. */
export interface LeftSince {
  /** Ids of the stored deliveries that have left memory since the watch began. */
  readonly left: ReadonlySet<string>;
  /** Ends the watch; to be called once. */
  readonly end: () => void;
}

/**
 * Notes which stored deliveries leave memory while a query of PostgreSQL runs. A delivery may arrive, be sent and leave in that
 * time. Then it is neither in memory nor in the query's answer, and without this note it would be sent again.
 */
export class ChangesSince {
  private readonly watches = new Set<Set<string>>();

  watch(): LeftSince {
    const left = new Set<string>();
    this.watches.add(left);
    return { left, end: () => void this.watches.delete(left) };
  }

  note(id: string): void {
    for (const left of this.watches) left.add(id);
  }
}
