import { PARTITION_ROOM } from '../dispatch/dispatch.tokens.ts';
import { Shares } from '../scheduler/limits/shares.ts';

/** For each partition: its room for requests whose tasks are in memory and not durable yet, shared by webhooks. */
export class PartitionRooms {
  private readonly rooms = new Map<number, Shares>();

  of(partition: number): Shares {
    let room = this.rooms.get(partition);
    if (!room) this.rooms.set(partition, (room = new Shares(PARTITION_ROOM)));
    return room;
  }
}
