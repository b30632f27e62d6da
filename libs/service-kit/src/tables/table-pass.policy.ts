import type { GenerationRecord } from '@signet/contracts';

/**
 * One reading of a table from its beginning: which keys are there, and of which generation the last record of each is.
 * It says when the table is complete, and which keys belong to it then.
 */
export class TablePass {
  private readonly generations = new Map<string, number>();
  private newest = 0;
  private mark: GenerationRecord | undefined;

  /**
   * @param generation of the record; a record without one belongs to the newest that was read before it
   * @returns the generation that the record belongs to
   */
  take(key: string, isTombstone: boolean, generation = this.newest): number {
    this.newest = Math.max(this.newest, generation);
    if (isTombstone) this.generations.delete(key);
    else this.generations.set(key, generation);
    return generation;
  }

  takeMark(mark: GenerationRecord): void {
    if (mark.generation >= (this.mark?.generation ?? 0)) this.mark = mark;
    this.newest = Math.max(this.newest, mark.generation);
  }

  /**
   * The generation that has been read whole; undefined while there is none. It is the newest one, so that a table of which a later
   * generation is being written is not complete yet. Where the topic begins later than it did when the generation was
   * written, some of its records were removed.
   *
   * @param begin earliest offset of the topic
   */
  completeGeneration(begin: bigint): number | undefined {
    if (this.mark === undefined || this.mark.generation < this.newest) return undefined;
    return begin > BigInt(this.mark.begin) ? undefined : this.mark.generation;
  }

  /** Whether the key belongs to the table of this generation: keys that only an earlier one had are gone. */
  has(key: string, generation: number): boolean {
    return (this.generations.get(key) ?? -1) >= generation;
  }
}
