import type { OutgoingRecord } from '../record.ts';
import { sizeOf } from './record-size.ts';

/** Records that wait to be sent, and whose sender waits until Kafka has all of them. */
export interface Queued {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
  /** How many of the records have been taken for sending. */
  taken: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Those records of one item that go in one request. */
export interface Slice {
  readonly item: Queued;
  readonly records: readonly OutgoingRecord[];
}

export interface RequestLimits {
  readonly records: number;
  readonly bytes: number;
}

/**
 * The records that wait for the next request: one queue for each lane, such as for each tenant. Each lane gets an equal part of
 * a request, and the lanes that have more use what others leave. So a lane with one record goes with the next request, even
 * if another lane fills the next hundred. Within a lane, records keep their order.
 */
export class SendQueue {
  /** A lane without waiting records is not in the map. */
  private readonly lanes = new Map<string, Queued[]>();
  private waiting = 0;

  constructor(private readonly limits: RequestLimits) {}

  /** How many records wait. */
  get records(): number {
    return this.waiting;
  }

  get isEmpty(): boolean {
    return this.lanes.size === 0;
  }

  add(lane: string, item: Queued): void {
    const items = this.lanes.get(lane);
    if (items) items.push(item);
    else this.lanes.set(lane, [item]);
    this.waiting += item.records.length;
  }

  /** As many records as fit into one request; an item that is too large for one continues in the next. */
  next(): Slice[] {
    const request = new NextRequest(this.limits);
    const { records, bytes } = this.limits;
    const count = this.lanes.size;
    const part = { records: records / count, bytes: bytes / count };
    const lanes = [...this.lanes];
    const served = lanes.filter(([, items]) => request.fill(items, part));
    for (const [, items] of lanes) request.fill(items, this.limits);
    this.waiting -= request.records;
    // Lanes that got nothing are the first ones next time.
    for (const [lane, items] of served) {
      this.lanes.delete(lane);
      this.keep(lane, items, ({ taken, records: all }) => taken < all.length);
    }
    return request.slices;
  }

  /** Removes these items: the rest of them is not sent. */
  remove(gone: ReadonlySet<Queued>): void {
    for (const { records, taken } of gone) this.waiting -= records.length - taken;
    for (const [lane, items] of [...this.lanes]) this.keep(lane, items, (item) => !gone.has(item));
  }

  private keep(lane: string, items: readonly Queued[], isKept: (item: Queued) => boolean): void {
    const kept = items.filter(isKept);
    if (kept.length > 0) this.lanes.set(lane, kept);
    else this.lanes.delete(lane);
  }
}

class NextRequest {
  readonly slices: Slice[] = [];
  records = 0;
  private bytes = 0;

  constructor(private readonly limits: RequestLimits) {}

  /**
   * Takes records of a lane until the part is used up: one at least, if it fits into the request. A record that is larger than any
   * request goes alone.
   *
   * @returns whether there was room for a record
   */
  fill(items: readonly Queued[], part: RequestLimits): boolean {
    const [until, before] = [{ records: this.records + part.records, bytes: this.bytes + part.bytes }, this.records];
    for (const item of items) {
      const from = item.taken;
      for (let record = item.records[from]; record; record = item.records[item.taken]) {
        const size = sizeOf(record);
        if (!this.hasRoom(size, this.limits) || (this.records > before && !this.hasRoom(size, until))) break;
        item.taken += 1;
        this.records += 1;
        this.bytes += size;
      }
      if (item.taken > from) this.slices.push({ item, records: item.records.slice(from, item.taken) });
      if (item.taken < item.records.length) break;
    }
    return this.records > before;
  }

  private hasRoom(size: number, { records, bytes }: RequestLimits): boolean {
    return this.records === 0 || (this.records < records && this.bytes + size <= bytes);
  }
}
