/** A batch with at most this part of the largest batch is small. */
const SMALL_PART = 1 / 8;

interface UnderWay {
  /** Large batches. */
  large: number;
  /** As how many records the small batches count together. */
  small: number;
}

const NOTHING: Readonly<UnderWay> = { large: 0, small: 0 };

/**
 * Counts the batches that are under way, of all partitions of a consumer, by lane. Beside its large batches a lane may have small
 * ones under way, together as much as the largest small one: otherwise the few records of a quiet lane, which lie in several
 * partitions, would wait for each other.
 */
export class LanesUnderWay {
  private readonly lanes = new Map<string, UnderWay>();
  private readonly smallRecords: number;
  /** Some lane was told that it has no room. */
  private isWaitedFor = false;

  /**
   * @param batchSize as how many records the largest batch counts
   * @param atOnce large batches of one lane at once; infinite: nothing is limited, not even small ones
   * @param onRoom called when a lane that had no room may have room again
   */
  constructor(
    batchSize: number,
    private readonly atOnce: number,
    private readonly onRoom: () => void,
  ) {
    this.smallRecords = batchSize * SMALL_PART;
  }

  /** Whether the batches of a lane are limited at all. */
  get isLimited(): boolean {
    return this.atOnce < Number.POSITIVE_INFINITY;
  }

  /** @param count as how many records a batch counts */
  isLarge(count: number): boolean {
    return count > this.smallRecords;
  }

  /** @param waiting how many records of the lane wait in the partition */
  hasRoom(lane: string, waiting: number): boolean {
    const { large, small } = this.lanes.get(lane) ?? NOTHING;
    if (!this.isLimited) return true;
    const hasRoom = this.isLarge(waiting) ? large < this.atOnce : small + waiting <= this.smallRecords;
    if (!hasRoom) this.isWaitedFor = true;
    return hasRoom;
  }

  begun(lane: string, count: number): void {
    this.change(lane, count, 1);
  }

  ended(lane: string, count: number): void {
    this.change(lane, count, -1);
    if (!this.isWaitedFor) return;
    this.isWaitedFor = false;
    this.onRoom();
  }

  private change(lane: string, count: number, by: 1 | -1): void {
    const { large, small } = this.lanes.get(lane) ?? NOTHING;
    const now = this.isLarge(count) ? { large: large + by, small } : { large, small: small + by * count };
    if (now.large > 0 || now.small > 0) this.lanes.set(lane, now);
    else this.lanes.delete(lane);
  }
}
