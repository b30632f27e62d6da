import type { KafkaRecord } from '../../record.ts';

/** The records that were accepted together: their offsets may be committed when all of them have been handled. */
interface Accepted {
  left: number;
  readonly end: () => void;
}

/** Waiting records of one lane that were accepted together. The first `taken` of them no longer wait. */
interface Chunk {
  readonly records: readonly KafkaRecord[];
  readonly accepted: Accepted;
  taken: number;
}

/** Records whose turn it is, all of one lane. */
export interface Turn {
  readonly lane: string;
  readonly records: readonly KafkaRecord[];
  /** As how many records they count. */
  readonly count: number;
  /** To be called when all of them have been handled. */
  readonly done: () => void;
}

/**
 * The records of a partition that were read and wait to be handed over: one queue for each lane. The lanes are served in turn, so
 * a lane with one record need not wait behind a lane with thousands. Within a lane, records keep their order.
 */
export class Lanes {
  /** In the order of their turns. A lane without waiting records is not in the map. */
  private readonly lanes = new Map<string, Chunk[]>();
  /** Bytes of the values that wait. */
  private waitingBytes = 0;

  constructor(
    /** As how many records a record counts. */
    private readonly countOf: (record: KafkaRecord) => number = () => 1,
  ) {}

  get bytes(): number {
    return this.waitingBytes;
  }

  /**
   * @param laneOf the lane of each record
   * @param end called when all of the records have been handled, at once if there is none
   */
  add(records: readonly KafkaRecord[], laneOf: (record: KafkaRecord) => string, end: () => void): void {
    if (records.length === 0) return end();
    const accepted = { left: records.length, end };
    for (const [lane, ofLane] of Map.groupBy(records, laneOf)) {
      const chunk = { records: ofLane, accepted, taken: 0 };
      const waiting = this.lanes.get(lane);
      if (waiting) waiting.push(chunk);
      else this.lanes.set(lane, [chunk]);
    }
    this.waitingBytes += bytesOf(records);
  }

  /**
   * Takes the next records: those of the first lane in turn for which `mayTake` is true, until they count as `limit` or more.
   * That lane has its next turn after all others. Returns undefined if no lane may have a turn.
   *
   * @param mayTake also given a function that counts the records that wait in the lane
   */
  next(mayTake: (lane: string, waiting: () => number) => boolean, limit: number): Turn | undefined {
    for (const [lane, chunks] of this.lanes) {
      if (!mayTake(lane, () => waitingIn(chunks))) continue;
      this.lanes.delete(lane);
      const turn = this.take(lane, chunks, limit);
      if (chunks.length > 0) this.lanes.set(lane, chunks);
      return turn;
    }
    return undefined;
  }

  clear(): void {
    this.lanes.clear();
    this.waitingBytes = 0;
  }

  private take(lane: string, chunks: Chunk[], limit: number): Turn {
    const records: KafkaRecord[] = [];
    const parts: (readonly [Accepted, number])[] = [];
    let count = 0;
    for (let chunk = chunks[0]; chunk && count < limit; chunk = chunks[0]) {
      const from = chunk.taken;
      for (let record = chunk.records[from]; record && count < limit; record = chunk.records[chunk.taken]) {
        records.push(record);
        count += this.countOf(record);
        chunk.taken += 1;
      }
      parts.push([chunk.accepted, chunk.taken - from]);
      if (chunk.taken === chunk.records.length) chunks.shift();
    }
    this.waitingBytes -= bytesOf(records);
    return { lane, records, count, done: () => parts.forEach(([accepted, count]) => handled(accepted, count)) };
  }
}

function handled(accepted: Accepted, count: number): void {
  accepted.left -= count;
  if (accepted.left === 0) accepted.end();
}

const waitingIn = (chunks: readonly Chunk[]): number =>
  chunks.reduce((sum, { records, taken }) => sum + records.length - taken, 0);

export const bytesOf = (records: readonly KafkaRecord[]): number =>
  records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
