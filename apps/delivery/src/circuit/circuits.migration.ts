import { Migration } from '@mikro-orm/migrations';

/**
 * The circuits that are not closed, so that every replica can show them. Their owners have them in memory, and store them
 * when they change. A row counts only while the epoch of its owner does.
 */
export class CircuitsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table circuits (
        webhook_id uuid primary key,
        tenant_id text not null,
        partition integer not null,
        epoch bigint not null,
        openings integer not null,
        opened_at timestamptz not null,
        probe_at timestamptz not null
      );
      create index circuits_by_time on circuits (opened_at desc, webhook_id desc);
    `);
  }
}
