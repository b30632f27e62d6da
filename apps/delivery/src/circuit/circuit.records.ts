import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { PartitionClaim } from '../dispatch/ownership.ts';

/** A circuit that is not closed. Times in milliseconds since the epoch. */
export interface OpenCircuit {
  readonly webhookId: string;
  readonly partition: number;
  /** How often it opened since it last was closed: at first, and at each probe that failed. */
  readonly openings: number;
  readonly openedAt: number;
  /** When it lets the next probe through; from then on it is half-open. */
  readonly probeAt: number;
}

export interface CircuitRecordsParts {
  readonly em: EntityManager;
  /** As it is now; null: closed. */
  readonly read: (webhookId: string) => OpenCircuit | null;
  readonly tenantOf: (webhookId: string) => string | undefined;
  readonly claim: (partition: number) => PartitionClaim | undefined;
  readonly onError: (error: unknown) => void;
}

/** Changes within this time are written together. */
const LINGER_MS = 50;
/** After a failure of PostgreSQL. */
const AGAIN_MS = 5_000;
const BATCH_SIZE = 1_000;

/**
 * Writes down which circuits are not closed, so that every replica can tell and not only the owner of the webhook. What
 * dispatch does never waits for it: a circuit lives in memory, and this is its notice on the door. Writes are conditional
 * on the owner's epoch like all of them, and a row is as good as gone once somebody else has taken the partition.
 */
export class CircuitRecords {
  /** Webhooks whose circuits have changed, and their partitions. */
  private readonly changed = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private isStopped = false;

  constructor(private readonly parts: CircuitRecordsParts) {}

  /** The webhook's circuit has opened, opened again, or closed. */
  note(webhookId: string, partition: number): void {
    this.changed.set(webhookId, partition);
    this.schedule(LINGER_MS);
  }

  /** Removes what former owners of these partitions have left. */
  async sweep(partitions: readonly number[]): Promise<void> {
    await sql`
      delete from circuits c using partition_owners o
      where c.partition = any(${partitions}::integer[]) and o.partition = c.partition and c.epoch < o.epoch`.execute(
      this.parts.em.fork().getKysely(),
    );
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.writing;
  }

  private schedule(afterMs: number): void {
    if (this.timer || this.writing || this.isStopped || this.changed.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.writing = this.write().then((isWritten) => {
        this.writing = undefined;
        this.schedule(isWritten ? LINGER_MS : AGAIN_MS);
      });
    }, afterMs);
  }

  private async write(): Promise<boolean> {
    const batch = [...this.changed].slice(0, BATCH_SIZE);
    for (const [webhookId] of batch) this.changed.delete(webhookId);
    try {
      await this.replace(batch);
      return true;
    } catch (error) {
      // What changed once more meanwhile is written as it is then.
      for (const [webhookId, partition] of batch) this.changed.set(webhookId, partition);
      this.parts.onError(error);
      return false;
    }
  }

  private async replace(batch: readonly (readonly [webhookId: string, partition: number])[]): Promise<void> {
    const { read, tenantOf, claim, em } = this.parts;
    const rows = batch.flatMap(([webhookId, partition]) => {
      const epoch = claim(partition)?.epoch;
      if (epoch === undefined) return [];
      const tenantId = tenantOf(webhookId);
      const open = tenantId === undefined ? null : read(webhookId);
      return [{ webhookId, partition, epoch, tenantId: tenantId ?? '', open }];
    });
    if (rows.length === 0) return;
    const instant = (time: number | undefined): string | null =>
      time === undefined ? null : new Date(time).toISOString();
    await sql`
      with input as (
        select * from unnest(
          ${rows.map((row) => row.webhookId)}::uuid[], ${rows.map((row) => row.tenantId)}::text[],
          ${rows.map((row) => row.partition)}::integer[], ${rows.map((row) => row.epoch)}::bigint[],
          ${rows.map(({ open }) => open?.openings ?? null)}::integer[],
          ${rows.map(({ open }) => instant(open?.openedAt))}::timestamptz[],
          ${rows.map(({ open }) => instant(open?.probeAt))}::timestamptz[]
        ) as t(webhook_id, tenant_id, partition, epoch, openings, opened_at, probe_at)
      ),
      owned as (
        select i.* from input i join (
          select partition, epoch from partition_owners
          where partition in (select partition from input) order by partition for share
        ) o using (partition, epoch)
      ),
      closed as (
        delete from circuits c using owned o where c.webhook_id = o.webhook_id and o.openings is null
      )
      insert into circuits (webhook_id, tenant_id, partition, epoch, openings, opened_at, probe_at)
      select webhook_id, tenant_id, partition, epoch, openings, opened_at, probe_at from owned where openings is not null
      on conflict (webhook_id) do update set partition = excluded.partition, epoch = excluded.epoch,
        openings = excluded.openings, opened_at = excluded.opened_at, probe_at = excluded.probe_at`.execute(
      em.fork().getKysely(),
    );
  }
}
