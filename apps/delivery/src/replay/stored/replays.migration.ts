import { Migration } from '@mikro-orm/migrations';

/** Replays: the requested range, the progress, and the lease of the replica that carries each out. */
export class ReplaysMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table replays (
        id uuid primary key,
        tenant_id text not null,
        webhook_id uuid not null,
        since timestamptz not null,
        until timestamptz not null,
        status text not null,
        state text not null,
        total integer,
        requested integer not null default 0,
        cursor jsonb,
        reason text,
        created_by text not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        completed_at timestamptz,
        leased_by text,
        leased_until timestamptz
      );
      create unique index replays_one_at_a_time on replays (webhook_id) where state = 'running';
      create index replays_running on replays (leased_until) where state = 'running';
      create index replays_tenant_created on replays (tenant_id, created_at desc, id desc);
      create index replays_created on replays (created_at desc, id desc);
      create index replays_webhook_created on replays (webhook_id, created_at desc, id desc);
    `);
  }
}
