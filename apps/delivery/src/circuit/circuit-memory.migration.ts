import { Migration } from '@mikro-orm/migrations';

/**
 * Failures in a row survive a restart, also of circuits that are closed; a person may ask for a probe through any replica. A
 * delivery's row distinguishes spent attempts from failed probes, and says whether a person asked for a retry and why the
 * delivery ended.
 */
export class CircuitMemoryMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      alter table circuits
        alter column opened_at drop not null,
        alter column probe_at drop not null,
        add column failures integer not null default 0,
        add column last_failed_at timestamptz,
        add column probe_asked_at timestamptz;
      drop index circuits_by_time;
      create index circuits_by_time on circuits (opened_at desc, webhook_id desc) where probe_at is not null;
      create index circuits_by_partition on circuits (partition);
      create index circuits_asked on circuits (partition) where probe_asked_at is not null;
      alter table deliveries
        add column unspent_attempts smallint not null default 0,
        add column is_retry_asked boolean not null default false,
        add column end_reason text;
    `);
  }
}
