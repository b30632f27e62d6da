import { Shares } from '@signet/async';

/** How many requests of one partition may be in memory without being stored in PostgreSQL; the others are shelved. */
export const PARTITION_ROOM = 8_000;
/** In the room a request counts as one for each so many bytes, or part of them. */
const BYTES_OF_ONE = 2_048;
/** How many bytes of requests the room holds at most. */
export const ROOM_BYTES = PARTITION_ROOM * BYTES_OF_ONE;

/** How much of the room so many requests with so many bytes take. */
export const roomOf = (requests: number, bytes: number): number => Math.max(requests, Math.ceil(bytes / BYTES_OF_ONE));

/** For each partition: its room for requests that are in memory and not durable yet, shared by webhooks. */
export class PartitionRooms {
  private readonly rooms = new Map<number, Shares>();
  private readonly readings = new WeakMap<AbortSignal, Shares>();

  of(partition: number): Shares {
    let room = this.rooms.get(partition);
    if (!room) this.rooms.set(partition, (room = new Shares(PARTITION_ROOM)));
    return room;
  }

  /**
   * The room during one reading of the partition. Every reading begins with an empty room: records that an earlier reading has not
   * finished are read again.
   */
  during(partition: number, reading: AbortSignal): Shares {
    let room = this.readings.get(reading);
    if (!room) {
      room = new Shares(PARTITION_ROOM);
      this.readings.set(reading, room);
      this.rooms.set(partition, room);
    }
    return room;
  }
}
