import { isoTime } from '@signet/contracts';
import { sql } from 'kysely';
import type { Database } from '../../database/database.port.ts';
import { OF_PRESENT_OWNER } from '../../partitions/fence.ts';

/** A circuit that is not closed, as its owner wrote it down. Times as ISO instants. */
export interface CircuitRow {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly openings: number;
  readonly openedAt: string;
  readonly probeAt: string;
}

/** Where the next page begins: behind this row in (openedAt, webhookId) descending. */
export type CircuitPosition = Pick<CircuitRow, 'openedAt' | 'webhookId'>;

export type RawCircuitRow = Omit<CircuitRow, 'openedAt' | 'probeAt'> & {
  readonly openedAt: string | Date;
  readonly probeAt: string | Date;
};

/** The columns of a `RawCircuitRow`, of the table `circuits c`. */
export const CIRCUIT_COLUMNS = sql.raw(`c.webhook_id as "webhookId", c.tenant_id as "tenantId", c.openings,
        c.opened_at as "openedAt", least(c.probe_at, c.probe_asked_at) as "probeAt"`);

/** Reads the circuits that the partitions' owners have stored. Rows of owners that were replaced since are ignored. */
export class CircuitReader {
  constructor(private readonly database: Database) {}

  /** The circuits that opened last come first. */
  async list(tenantId: string | null, after: CircuitPosition | null, limit: number): Promise<CircuitRow[]> {
    const ofTenant = tenantId === null ? sql`true` : sql`c.tenant_id = ${tenantId}`;
    const behind = after
      ? sql`(c.opened_at, c.webhook_id) < (${after.openedAt}::timestamptz, ${after.webhookId}::uuid)`
      : sql`true`;
    const { rows } = await sql<RawCircuitRow>`
      select ${CIRCUIT_COLUMNS}
      from circuits c ${OF_PRESENT_OWNER}
      where c.probe_at is not null and ${ofTenant} and ${behind}
      order by c.opened_at desc, c.webhook_id desc limit ${limit}`.execute(this.database.query);
    return rows.map(toCircuitRow);
  }

  /** null: the webhook's circuit is closed. */
  async find(webhookId: string): Promise<CircuitRow | null> {
    const { rows } = await sql<RawCircuitRow>`
      select ${CIRCUIT_COLUMNS}
      from circuits c ${OF_PRESENT_OWNER}
      where c.webhook_id = ${webhookId}::uuid and c.probe_at is not null`.execute(this.database.query);
    return rows[0] ? toCircuitRow(rows[0]) : null;
  }

  /**
   * For those of these webhooks whose circuit is open: when it lets the next probe through, ISO instants. One statement
   * serves a whole page.
   */
  async probeTimes(webhookIds: readonly string[]): Promise<Map<string, string>> {
    if (webhookIds.length === 0) return new Map();
    const { rows } = await sql<{ webhookId: string; probeAt: string | Date }>`
      select c.webhook_id as "webhookId", least(c.probe_at, c.probe_asked_at) as "probeAt"
      from circuits c ${OF_PRESENT_OWNER}
      where c.webhook_id = any(${webhookIds}::uuid[]) and c.probe_at is not null`.execute(this.database.query);
    return new Map(rows.map(({ webhookId, probeAt }) => [webhookId, isoTime(probeAt)]));
  }
}

export const toCircuitRow = (raw: RawCircuitRow): CircuitRow => ({
  ...raw,
  openedAt: isoTime(raw.openedAt),
  probeAt: isoTime(raw.probeAt),
});
