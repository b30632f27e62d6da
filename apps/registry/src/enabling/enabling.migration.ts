import { Migration } from '@mikro-orm/migrations';

/**
 * Jobs that enable many webhooks together. The table is no projection: a rebuild does not touch it. The index holds
 * the automatically disabled webhooks in the order in which they were disabled, so that a preview and each step of a
 * job read no other rows.
 */
export class EnablingsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`create table enablings (
      id uuid primary key,
      disabled_after timestamptz not null,
      disabled_before timestamptz not null,
      disabled_reason text,
      tenant_id text,
      reason text,
      replay text,
      state text not null,
      total integer not null,
      enabled integer not null default 0,
      failed integer not null default 0,
      failures jsonb not null default '[]',
      place_disabled_at timestamptz,
      place_id uuid,
      created_by text not null,
      key_id text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      completed_at timestamptz
    )`);
    this.addSql(`create index enablings_newest on enablings (created_at desc, id desc)`);
    this.addSql(`create index enablings_running on enablings (created_at, id) where state = 'running'`);
    this.addSql(`create index webhooks_disabled_automatically on webhooks (disabled_at, id)
      where not is_active and disabled_reason <> 'manual'`);
  }
}
