import type { DeliveryRequest } from '@signet/contracts';

/** A request on its partition. */
export interface RequestRecord {
  readonly request: DeliveryRequest;
  readonly offset: bigint;
  /** Version of the webhook that the sender had read. */
  readonly webhookVersion: number;
}

/** delivery.requests.v1: records by partition, and the offsets that the group has committed. */
export class Kafka {
  private readonly logs: RequestRecord[][];
  private readonly committed: number[];

  constructor(partitions: number) {
    this.logs = Array.from({ length: partitions }, () => []);
    this.committed = Array.from({ length: partitions }, () => 0);
  }

  get partitions(): number {
    return this.logs.length;
  }

  append(partition: number, request: DeliveryRequest, webhookVersion: number): void {
    const log = this.logs[partition]!;
    log.push({ request, offset: BigInt(log.length), webhookVersion });
  }

  read(partition: number, from: number, limit: number): readonly RequestRecord[] {
    return this.logs[partition]!.slice(from, from + limit);
  }

  end(partition: number): number {
    return this.logs[partition]!.length;
  }

  committedOf(partition: number): number {
    return this.committed[partition]!;
  }

  /** The caller has checked that the member is of the present generation. */
  commit(partition: number, offset: number): void {
    this.committed[partition] = offset;
  }

  all(): RequestRecord[] {
    return this.logs.flat();
  }
}
