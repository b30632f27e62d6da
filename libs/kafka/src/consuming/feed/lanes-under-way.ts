/** A batch with at most this part of the largest batch is small. */
const SMALL_PART = 1 / 8;

/**
 * Counts the large batches that are under way, of all partitions of a consumer, by lane. Small ones are neither counted nor held
 * back: otherwise the few records of a quiet lane, which lie in several partitions, would wait for each other.
 */
export class LanesUnderWay {
  private readonly large = new Map<string, number>();

  /**
   * @param batchSize as how many records the largest batch counts
   * @param atOnce large batches of one lane at once
   * @param onRoom called when a lane that had no room for a large batch has room again
   */
  constructor(
    private readonly batchSize: number,
    private readonly atOnce: number,
    private readonly onRoom: () => void,
  ) {}

  /** @param count as how many records those of the lane count that wait in the partition */
  hasRoom(lane: string, count: number): boolean {
    return !this.isLarge(count) || this.hasRoomForLarge(lane);
  }

  begun(lane: string, count: number): void {
    if (this.isLarge(count)) this.large.set(lane, (this.large.get(lane) ?? 0) + 1);
  }

  ended(lane: string, count: number): void {
    if (!this.isLarge(count)) return;
    const hadRoom = this.hasRoomForLarge(lane);
    const left = (this.large.get(lane) ?? 0) - 1;
    if (left > 0) this.large.set(lane, left);
    else this.large.delete(lane);
    if (!hadRoom) this.onRoom();
  }

  /** @param count as how many records a batch counts */
  isLarge(count: number): boolean {
    return count > this.batchSize * SMALL_PART;
  }

  private hasRoomForLarge(lane: string): boolean {
    return (this.large.get(lane) ?? 0) < this.atOnce;
  }
}
