/** Counts the batches that are under way, of all partitions of a consumer, by lane. */
export class LanesUnderWay {
  private readonly batches = new Map<string, number>();

  /**
   * @param atOnce batches of one lane at once
   * @param onRoom called when a lane that had no room has room again
   */
  constructor(
    private readonly atOnce: number,
    private readonly onRoom: () => void,
  ) {}

  hasRoom(lane: string): boolean {
    return (this.batches.get(lane) ?? 0) < this.atOnce;
  }

  begun(lane: string): void {
    this.batches.set(lane, (this.batches.get(lane) ?? 0) + 1);
  }

  ended(lane: string): void {
    const hadRoom = this.hasRoom(lane);
    const left = (this.batches.get(lane) ?? 0) - 1;
    if (left > 0) this.batches.set(lane, left);
    else this.batches.delete(lane);
    if (!hadRoom) this.onRoom();
  }
}
