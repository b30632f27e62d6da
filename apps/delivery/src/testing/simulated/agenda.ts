/** What happens when, by a clock of its own, milliseconds. What is added for the same moment keeps its order. */
export class Agenda<T> {
  private readonly entries = new Map<number, T[]>();
  /** In order, each once. */
  private readonly times: number[] = [];

  add(time: number, entry: T): void {
    const same = this.entries.get(time);
    if (same) {
      same.push(entry);
      return;
    }
    this.entries.set(time, [entry]);
    let place = this.times.length;
    while (place > 0 && this.times[place - 1]! > time) place -= 1;
    this.times.splice(place, 0, time);
  }

  /** The time of the next entry. */
  get nextTime(): number | undefined {
    return this.times[0];
  }

  /** Hands over the entries of the next moment, one by one, also those that are added for this moment meanwhile. */
  *takeNext(): Iterable<T> {
    const now = this.times.shift();
    if (now === undefined) return;
    yield* this.entries.get(now)!;
    this.entries.delete(now);
  }
}
