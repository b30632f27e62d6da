import { setImmediate } from 'node:timers/promises';
import { Shares } from '@signet/async';
import type { KafkaRecord } from '../../record.ts';
import { BatchWork } from './batch-work.ts';
import type { BatchWorkOptions } from './batch-work.ts';
import { bytesOf, Lanes } from './lanes.ts';
import type { Turn } from './lanes.ts';
import type { LanesUnderWay } from './lanes-under-way.ts';
import { Watermark } from './watermark.ts';

/** How records of one partition get past each other. */
export interface FeedLanes {
  /**
   * The lane of each of these records, which have just been read.
   *
   * @param signal of the feed: it identifies one reading of the partition
   */
  readonly of: (records: readonly KafkaRecord[], signal: AbortSignal) => (record: KafkaRecord) => string;
  /**
   * A batch is full when its records count as so many. A larger batch is cheaper; records of other lanes wait while the handler
   * works on it.
   */
  readonly batchSize: number;
  /** How many large batches of a lane are under way at once, of all partitions together (see `LanesUnderWay`). Default: no limit. */
  readonly atOnce?: number;
}

export interface FeedOptions extends BatchWorkOptions {
  readonly maxInFlightRecords: number;
  /** Limits the bytes of the values of records under way: a thousand records of the largest size would be a quarter of a gigabyte. */
  readonly maxInFlightBytes: number;
  /** As how many records a record counts for `maxInFlightRecords`. */
  readonly countOf: (record: KafkaRecord) => number;
  readonly isPipelined: boolean;
  /** undefined: all records are in one lane, and are handed over as they come. */
  readonly lanes?: FeedLanes | undefined;
  /** The batches of all feeds that are under way, by lane. */
  readonly underWay: LanesUnderWay;
  /** How many bytes more may be read ahead, by all feeds together. */
  readonly readAheadLeft: () => number;
  readonly onProgress: () => void;
}

/**
 * One partition for as long as one assignment of it lasts. A partition that is taken away and given back gets a new
 * feed, so that batches that the old feed still has under way can never be committed.
 *
 * With lanes, records are read ahead. A lane may have as much under way as is free (`Shares`): so one lane alone gets half of the
 * limits of this feed, and something is free for the next one.
 */
export class PartitionFeed {
  readonly watermark = new Watermark();
  private readonly controller = new AbortController();
  private readonly work: BatchWork;
  private readonly lanes: Lanes;
  private readonly inFlight: Shares;
  private inFlightBytes = 0;
  private last: Promise<void> = Promise.resolve();
  private readonly underWay = new Set<Promise<void>>();
  private roomWaiters: (() => void)[] = [];
  private isEnding = false;
  /** The partition is left out of the fetches until there is room. */
  isPaused = false;

  constructor(private readonly options: FeedOptions) {
    this.work = new BatchWork(options, this.signal);
    this.lanes = new Lanes(options.countOf);
    this.inFlight = new Shares(options.maxInFlightRecords);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Bytes of the values of records that were read and not handed over. */
  get readAheadBytes(): number {
    return this.lanes.bytes;
  }

  /** Whether more records may be read. */
  get hasRoom(): boolean {
    if (!this.options.lanes) return this.mayBegin;
    // A feed that has read nothing ahead may always read, so that it does not depend on the others.
    return this.readAheadBytes === 0 || this.readAheadBytes < this.options.readAheadLeft();
  }

  /** Resolves when half of the room is free again, or the feed was aborted. */
  async untilHalfEmpty(): Promise<void> {
    const atPause = this.readAheadBytes;
    while (this.isCrowded(atPause) && !this.signal.aborted) {
      await new Promise<void>((resolve) => this.roomWaiters.push(resolve));
    }
  }

  /** Takes records over without waiting for them. */
  accept(records: readonly KafkaRecord[], lastOffset: string): void {
    this.lanes.add(records, this.laneOf(records), this.watermark.begin(lastOffset));
    this.handOver();
  }

  /** Batches under way may end, but are not committed any more, and no handler is called again. */
  abort(): void {
    this.controller.abort();
    this.lanes.clear();
    this.wakeRoomWaiters();
  }

  /** Resolves when the batches under way have ended. Records that wait are not handed over any more: they are read again. */
  async settled(): Promise<void> {
    this.isEnding = true;
    await Promise.all(this.underWay);
  }

  private laneOf(records: readonly KafkaRecord[]): (record: KafkaRecord) => string {
    return this.options.lanes?.of(records, this.signal) ?? onlyLane;
  }

  private get mayBegin(): boolean {
    return this.inFlight.free > 0 && this.inFlightBytes < this.options.maxInFlightBytes;
  }

  private isCrowded(atPause: number): boolean {
    const { lanes, maxInFlightRecords, maxInFlightBytes } = this.options;
    if (lanes) return this.readAheadBytes > atPause / 2;
    return this.inFlight.free < maxInFlightRecords / 2 || this.inFlightBytes > maxInFlightBytes / 2;
  }

  /** Hands over what may be handed over now. */
  handOver(): void {
    const { lanes } = this.options;
    const mayTake = (lane: string, waiting: () => number): boolean => !lanes || this.mayTake(lane, waiting);
    while (!this.signal.aborted && !this.isEnding && (this.mayBegin || !lanes)) {
      const turn = this.lanes.next(mayTake, lanes?.batchSize ?? Number.POSITIVE_INFINITY);
      if (!turn) return;
      this.begin(turn);
    }
  }

  /** Where a lane is limited, it has one batch at a time of this partition: its records may not pass each other. */
  private mayTake(lane: string, waiting: () => number): boolean {
    const { underWay } = this.options;
    if (underWay.isLimited && this.inFlight.of(lane) > 0) return false;
    return this.inFlight.allows(lane) && underWay.hasRoom(lane, waiting());
  }

  private begin({ lane, records, count, done }: Turn): void {
    const { isPipelined, lanes } = this.options;
    const bytes = bytesOf(records);
    // Before a large batch the event loop has its turn: records of other lanes may be arriving. A batch behind another one of its lane
    // waits for a turn, too, so that it cannot begin before that.
    const waitsForTurn = lanes && (this.options.underWay.isLarge(count) || this.inFlight.of(lane) > 0);
    this.inFlight.take(lane, count);
    this.options.underWay.begun(lane, count);
    this.inFlightBytes += bytes;
    const handle = async (): Promise<boolean> => {
      if (waitsForTurn) await setImmediate();
      return this.work.handle(records, lane);
    };
    const work = (isPipelined ? handle() : this.last.then(handle)).then((isDone) => {
      this.inFlight.give(lane, count);
      this.options.underWay.ended(lane, count);
      this.inFlightBytes -= bytes;
      if (isDone) {
        done();
        this.options.onProgress();
      }
      this.handOver();
      this.wakeRoomWaiters();
    });
    this.last = work;
    this.underWay.add(work);
    void work.finally(() => this.underWay.delete(work));
  }

  private wakeRoomWaiters(): void {
    for (const resolve of this.roomWaiters.splice(0)) resolve();
  }
}

const onlyLane = (): string => '';
