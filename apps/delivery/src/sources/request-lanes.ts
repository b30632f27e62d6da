import { countOfRequests, isBundle, requestsOfRecord } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import type { Shares } from '@signet/async';
import { isCrowding } from '../scheduler/overflow/overflow.policy.ts';
import type { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { roomOf } from './partition-rooms.ts';
import type { PartitionRooms } from './partition-rooms.ts';

/** Where the requests of a record go when they are read: to memory, to be sent soon, or unread to the shelf. */
export type RequestLane = 'memory' | 'shelf';

/** A part of the partition's room that a record takes until its requests are tasks, or are shelved. */
interface Reservation {
  readonly room: Shares;
  readonly webhookId: string;
  readonly amount: number;
}

/**
 * Decides, when requests are read from Kafka, which of them stay in memory. A webhook with more requests than its share of its
 * partition's room would fill the room, and the partition would have to wait: then the requests of all other webhooks in it would
 * wait, too. So the requests above the share go to the shelf, and those of other webhooks pass.
 */
export class RequestLanes {
  private readonly reserved = new WeakMap<KafkaRecord, Reservation>();
  /** Webhooks above their share, by reading. */
  private readonly crowding = new WeakMap<AbortSignal, Set<string>>();

  constructor(
    private readonly rooms: PartitionRooms,
    private readonly directory: Pick<WebhookDirectory, 'get'>,
    /** Whether requests of the webhook wait on the shelf. */
    private readonly isShelved: (webhookId: string) => boolean,
  ) {}

  /** The lane of each of these records of one partition, which were just read. */
  of(records: readonly KafkaRecord[], reading: AbortSignal): (record: KafkaRecord) => RequestLane {
    const shelved = new Set<KafkaRecord>();
    const [first] = records;
    if (first) {
      const room = this.rooms.during(first.partition, reading);
      for (const [webhookId, ofWebhook] of Map.groupBy(records, ({ key }) => String(key)))
        for (const record of this.aboveShare(webhookId, ofWebhook, room, reading)) shelved.add(record);
    }
    return (record) => (shelved.has(record) ? 'shelf' : 'memory');
  }

  /** The records are tasks now, which take the room themselves, or they are shelved. */
  release(records: readonly KafkaRecord[]): void {
    for (const record of records) {
      const reservation = this.reserved.get(record);
      if (!reservation) continue;
      this.reserved.delete(record);
      reservation.room.give(reservation.webhookId, reservation.amount);
    }
  }

  /**
   * Whether the record may be shelved. Not if its webhook is unknown (the key may be no id at all, and one such row would be refused
   * with all others that are stored with it) or asks for an order. Not a test or a replay either, because a person waits for it. A
   * bundle is none of these.
   */
  isShelvable(record: KafkaRecord): boolean {
    const webhook = this.directory.get(String(record.key));
    if (!webhook || webhook.ordering === 'subject') return false;
    return isBundle(record.headers) || requestsOfRecord(record)?.[0]?.request.kind === 'message';
  }

  private aboveShare(
    webhookId: string,
    records: readonly KafkaRecord[],
    room: Shares,
    reading: AbortSignal,
  ): readonly KafkaRecord[] {
    let crowding = this.crowding.get(reading);
    if (!crowding) this.crowding.set(reading, (crowding = new Set()));
    if (crowding.has(webhookId) && !this.isShelved(webhookId)) crowding.delete(webhookId);
    const count = records.reduce((sum, { headers }) => sum + countOfRequests(headers), 0);
    return records.filter((record) => {
      const isAbove = isCrowding(count, room.allows(webhookId), crowding.has(webhookId)) && this.isShelvable(record);
      if (isAbove) crowding.add(webhookId);
      else this.reserve(record, webhookId, room);
      return isAbove;
    });
  }

  private reserve(record: KafkaRecord, webhookId: string, room: Shares): void {
    const amount = roomOf(countOfRequests(record.headers), record.value?.length ?? 0);
    room.take(webhookId, amount);
    this.reserved.set(record, { room, webhookId, amount });
  }
}
