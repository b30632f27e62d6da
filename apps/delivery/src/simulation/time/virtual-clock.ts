interface Entry {
  readonly at: number;
  readonly turn: number;
  readonly work: () => void;
}

/** When every simulation begins. Any day will do; it is a fixed one, so that a seed tells the same story on every machine. */
export const BEGINNING = Date.parse('2026-01-01T00:00:00.000Z');

/**
 * Time that moves only from one planned piece of work to the next. Work of the same millisecond is done in the order in which it
 * was planned. It is a binary heap.
 */
export class VirtualClock {
  /** Milliseconds since the epoch. */
  now = BEGINNING;
  private readonly heap: Entry[] = [];
  private turns = 0;

  after(ms: number, work: () => void): void {
    this.at(this.now + ms, work);
  }

  at(time: number, work: () => void): void {
    this.turns += 1;
    const entry = { at: Math.max(time, this.now), turn: this.turns, work };
    const { heap } = this;
    let place = heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(entry, heap[above]!)) break;
      heap[place] = heap[above]!;
      place = above;
    }
    heap[place] = entry;
  }

  /** The time of the next piece of work; infinite if there is none. */
  get nextAt(): number {
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Does the next piece of work; false if there is none before this time. */
  step(until: number): boolean {
    const [first] = this.heap;
    if (!first || first.at > until) return false;
    this.takeFirst();
    this.now = first.at;
    first.work();
    return true;
  }

  private takeFirst(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[place] = heap[below]!;
      place = below;
    }
    heap[place] = last;
  }
}

const isBefore = (one: Entry, other: Entry): boolean =>
  one.at < other.at || (one.at === other.at && one.turn < other.turn);
