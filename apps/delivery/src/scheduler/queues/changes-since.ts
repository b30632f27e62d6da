/** A watch over the deliveries in memory. */
export interface LeftSince {
  /** The stored deliveries that have left memory since the watch began, by id: the version of the log that they left with. */
  readonly left: ReadonlyMap<string, number>;
  /** Ends the watch; to be called once. */
  readonly end: () => void;
}

/**
 * Notes which stored deliveries leave memory while a query of PostgreSQL runs. A delivery may arrive, be sent and leave in that
 * time. Then it is neither in memory nor in the query's answer, and without this note it would be sent again.
 */
export class ChangesSince {
  private readonly watches = new Set<Map<string, number>>();

  watch(): LeftSince {
    const left = new Map<string, number>();
    this.watches.add(left);
    return { left, end: () => void this.watches.delete(left) };
  }

  note(id: string, version: number): void {
    for (const left of this.watches) left.set(id, version);
  }
}
