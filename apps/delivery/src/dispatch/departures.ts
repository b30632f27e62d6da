/** Ids of deliveries that have left since the watch began. */
export interface DepartureWatch {
  readonly left: ReadonlySet<string>;
  /** To be called once. */
  readonly end: () => void;
}

/**
 * Notes which stored deliveries leave memory while PostgreSQL is asked for others: one that came, was sent and left in that
 * time is neither in hand nor in the answer, and would be sent again.
 */
export class Departures {
  private readonly watches = new Set<Set<string>>();

  watch(): DepartureWatch {
    const left = new Set<string>();
    this.watches.add(left);
    return { left, end: () => void this.watches.delete(left) };
  }

  note(id: string): void {
    for (const left of this.watches) left.add(id);
  }
}
