import { Migration } from '@mikro-orm/migrations';

/** Jobs for many deliveries: what each selects, its progress, and the lease of the replica that carries it out. */
export class DeliveryJobsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table delivery_jobs (
        id uuid primary key,
        tenant_id text,
        action text not null,
        webhook_id uuid,
        status text not null,
        error_class text,
        event_type text,
        since timestamptz not null,
        until timestamptz not null,
        state text not null,
        total integer,
        done integer not null default 0,
        refused integer not null default 0,
        cursor jsonb,
        created_by text not null,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        completed_at timestamptz,
        leased_by text,
        leased_until timestamptz
      );
      -- One of each tenant, and one of all tenants together.
      create unique index delivery_jobs_one_at_a_time on delivery_jobs (coalesce(tenant_id, '')) where state = 'running';
      create index delivery_jobs_running on delivery_jobs (leased_until) where state = 'running';
      create index delivery_jobs_tenant_created on delivery_jobs (tenant_id, created_at desc, id desc);
      create index delivery_jobs_created on delivery_jobs (created_at desc, id desc);
    `);
  }
}
