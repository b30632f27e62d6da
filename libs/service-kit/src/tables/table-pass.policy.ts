import type { GenerationRecord } from '@signet/contracts';

/**
 * One pass over the topic of a table from its beginning: it collects the keys, and the generation of the last record of each key.
 * It says when the table is complete, and which keys belong to it then.
 */
export class TablePass {
  private readonly generations = new Map<string, number>();
  private newest = 0;
  private mark: GenerationRecord | undefined;

  /**
   * @param generation that of the record; a record without one belongs to the newest generation that was read before it
   * @returns the generation to which the record belongs
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
   * The generation that has been read completely; undefined while there is none. It must be the newest one: if a later generation is
   * being written, the table is not complete yet. If the topic begins later than it did when the generation was written, some of its
   * records were removed, and the generation does not count.
   *
   * @param begin earliest offset of the topic
   */
  completeGeneration(begin: bigint): number | undefined {
    if (this.mark === undefined || this.mark.generation < this.newest) return undefined;
    return begin > BigInt(this.mark.begin) ? undefined : this.mark.generation;
  }

  /** Whether the key belongs to the table of this generation. Keys that only an earlier generation had do not. */
  has(key: string, generation: number): boolean {
    return (this.generations.get(key) ?? -1) >= generation;
  }
}
