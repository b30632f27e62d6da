import { sql } from 'kysely';
import type { Database } from '../database/database.port.ts';
import { claimsOf, fence } from '../partitions/fence.ts';
import type { PartitionClaim } from '../partitions/ownership.ts';
import { isDataError } from '../recording/data-error.ts';
import type { StoredCircuit } from './stored-circuit.ts';

export interface CircuitRecordsParts {
  readonly database: Database;
  /** The webhook's circuit as it is now; null: nothing has to be stored. */
  readonly read: (webhookId: string) => StoredCircuit | null;
  readonly tenantOf: (webhookId: string) => string | undefined;
  readonly claim: (partition: number) => PartitionClaim | undefined;
  readonly onError: (error: unknown) => void;
}

/** Changes within this time are written together, milliseconds. */
const LINGER_MS = 50;
/** Pause after a failure of PostgreSQL, milliseconds. */
const AGAIN_MS = 5_000;
const BATCH_SIZE = 1_000;

/**
 * Stores the circuits that are not closed, and the failures in a row, so that a partition's next owner goes on from there and
 * every replica can show them. Dispatch never waits for a write: if the process is killed, the changes of the last
 * `LINGER_MS` are lost. Like all writes of an owner, these are conditional on its epoch.
 *
 * It is no `Batcher`: of each webhook only the latest change is written, and no caller waits for it.
 */
export class CircuitRecords {
  /** Webhooks whose circuits have changed, and their partitions. */
  private readonly changed = new Map<string, number>();
  /** Claims whose rows were taken over. A write before that would overwrite what the previous owner has counted. */
  private readonly adopted = new Map<number, PartitionClaim>();
  /**
   * Webhooks that have a row, as far as this replica knows, and their partitions. A webhook that fails and recovers within
   * `LINGER_MS` gets no row.
   */
  private readonly written = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<boolean> | undefined;
  private isStopped = false;

  constructor(private readonly parts: CircuitRecordsParts) {}

  /** The webhook's circuit, or its failures in a row, have changed. */
  note(webhookId: string, partition: number): void {
    this.changed.set(webhookId, partition);
    this.schedule(LINGER_MS);
  }

  /** Takes over the rows of these claims' partitions from the previous owners, and returns their circuits. */
  async adopt(all: readonly PartitionClaim[]): Promise<StoredCircuit[]> {
    const claims = all.filter((claim) => this.adopted.get(claim.partition) !== claim);
    if (claims.length === 0) return [];
    const { rows } = await sql<RawCircuit>`
      with ${fence(claims)}
      update circuits c set epoch = o.epoch from owned o where c.partition = o.partition
      returning c.webhook_id as "webhookId", c.partition, c.failures, c.openings,
        extract(epoch from c.last_failed_at) * 1000 as "lastFailedAt",
        extract(epoch from c.opened_at) * 1000 as "openedAt",
        extract(epoch from c.probe_at) * 1000 as "probeAt",
        extract(epoch from c.active_since) * 1000 as "activeSince"`.execute(this.parts.database.query);
    for (const { webhookId, partition } of rows) this.written.set(webhookId, partition);
    for (const claim of claims) this.adopted.set(claim.partition, claim);
    return rows.map(toStored);
  }

  /**
   * Forgets these partitions, whose circuits are no longer in this replica's memory. A change that stayed noted would be
   * written under the next claim, while no circuit is in memory: that would delete the row from which the failures in a row
   * are to be read.
   */
  forget(partitions: readonly number[]): void {
    for (const partition of partitions) this.adopted.delete(partition);
    for (const known of [this.changed, this.written])
      for (const [webhookId, partition] of known) if (partitions.includes(partition)) known.delete(webhookId);
  }

  /** Writes all changes that are noted; if PostgreSQL fails they stay noted. */
  async flush(): Promise<void> {
    while (this.writing) await this.writing;
    while (this.changed.size > 0) if (!(await this.writeAlone())) break;
    this.schedule(AGAIN_MS);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.flush();
  }

  private schedule(afterMs: number): void {
    if (this.timer || this.writing || this.isStopped || this.changed.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      // Another write is under way, and schedules the next one when it is done.
      if (this.writing) return;
      void this.writeAlone().then((isWritten) => this.schedule(isWritten ? LINGER_MS : AGAIN_MS));
    }, afterMs);
  }

  /** Writes one at a time: with two statements at once, the older state could be stored last. */
  private async writeAlone(): Promise<boolean> {
    const write = this.write();
    this.writing = write;
    const isWritten = await write;
    this.writing = undefined;
    return isWritten;
  }

  private async write(): Promise<boolean> {
    const batch = [...this.changed].slice(0, BATCH_SIZE);
    for (const [webhookId] of batch) this.changed.delete(webhookId);
    return this.writeBatch(batch);
  }

  /**
   * If PostgreSQL refuses a row, each half of its batch is written alone, until only that row is left. It is reported and
   * not written: the same row would be refused again. The next change of its circuit is tried anew.
   */
  private async writeBatch(batch: readonly Note[]): Promise<boolean> {
    try {
      await this.replace(batch);
      return true;
    } catch (error) {
      if (isDataError(error) && batch.length > 1) {
        const middle = Math.ceil(batch.length / 2);
        const isFirstWritten = await this.writeBatch(batch.slice(0, middle));
        return (await this.writeBatch(batch.slice(middle))) && isFirstWritten;
      }
      if (isDataError(error)) {
        this.parts.onError(error);
        return true;
      }
      // The circuits are noted again, and the next write stores their state as it is then.
      for (const [webhookId, partition] of batch)
        if (this.parts.claim(partition)) this.changed.set(webhookId, partition);
      this.parts.onError(error);
      return false;
    }
  }

  private async replace(batch: readonly Note[]): Promise<void> {
    const { read, tenantOf, claim, database } = this.parts;
    const rows = batch.flatMap(([webhookId, partition]) => {
      const owned = claim(partition);
      if (!owned || this.adopted.get(partition) !== owned) return [];
      const tenantId = tenantOf(webhookId);
      const circuit = tenantId === undefined ? null : read(webhookId);
      if (circuit === null && !this.written.has(webhookId)) return [];
      return [{ webhookId, partition, claim: owned, tenantId: tenantId ?? '', circuit }];
    });
    if (rows.length === 0) return;
    await sql`
      with ${fence(claimsOf(rows))},
      input as (
        select * from unnest(
          ${rows.map((row) => row.webhookId)}::uuid[], ${rows.map((row) => row.tenantId)}::text[],
          ${rows.map((row) => row.partition)}::integer[], ${rows.map((row) => row.claim.epoch)}::bigint[],
          ${rows.map(({ circuit }) => circuit?.failures.count ?? null)}::integer[],
          ${rows.map(({ circuit }) => instant(circuit?.failures.lastEndedAt))}::timestamptz[],
          ${rows.map(({ circuit }) => circuit?.openings ?? null)}::integer[],
          ${rows.map(({ circuit }) => instant(circuit?.open?.openedAt))}::timestamptz[],
          ${rows.map(({ circuit }) => instant(circuit?.open?.probeAt))}::timestamptz[],
          ${rows.map(({ circuit }) => instant(circuit?.activeSince))}::timestamptz[]
        ) as t(
          webhook_id, tenant_id, partition, epoch, failures, last_failed_at, openings, opened_at, probe_at, active_since
        )
      ),
      mine as (select i.* from input i join owned using (partition, epoch)),
      gone as (
        delete from circuits c using mine m where c.webhook_id = m.webhook_id and m.openings is null
      )
      insert into circuits (
        webhook_id, tenant_id, partition, epoch, failures, last_failed_at, openings, opened_at, probe_at, active_since
      )
      select
        webhook_id, tenant_id, partition, epoch, failures, last_failed_at, openings, opened_at, probe_at, active_since
      from mine where openings is not null
      on conflict (webhook_id) do update set partition = excluded.partition, epoch = excluded.epoch,
        failures = excluded.failures, last_failed_at = excluded.last_failed_at, openings = excluded.openings,
        opened_at = excluded.opened_at, probe_at = excluded.probe_at, active_since = excluded.active_since,
        probe_asked_at = case when excluded.probe_at is not null then circuits.probe_asked_at end`.execute(
      database.query,
    );
    for (const { webhookId, partition, circuit } of rows) {
      if (circuit) this.written.set(webhookId, partition);
      else this.written.delete(webhookId);
    }
  }
}

type Note = readonly [webhookId: string, partition: number];

interface RawCircuit {
  readonly webhookId: string;
  readonly partition: number;
  readonly failures: number;
  readonly openings: number;
  /** Milliseconds since the epoch, as the driver gives a numeric. */
  readonly lastFailedAt: string | null;
  readonly openedAt: string | null;
  readonly probeAt: string | null;
  readonly activeSince: string | null;
}

const toStored = ({ failures, lastFailedAt, openedAt, probeAt, activeSince, ...raw }: RawCircuit): StoredCircuit => ({
  ...raw,
  failures: { count: failures, lastEndedAt: timeOf(lastFailedAt) },
  activeSince: timeOf(activeSince),
  open: openedAt === null || probeAt === null ? null : { openedAt: Number(openedAt), probeAt: Number(probeAt) },
});

const timeOf = (value: string | null): number | null => (value === null ? null : Number(value));

const instant = (time: number | null | undefined): string | null =>
  time === undefined || time === null ? null : new Date(time).toISOString();
