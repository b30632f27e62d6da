import { Migration } from '@mikro-orm/migrations';

/**
 * The deliveries, counted in buckets of a minute, an hour and a day (docs/adr/0056). A row counts the deliveries of one webhook and
 * event type that were created in the bucket. Two kinds of sums have the webhook 00000000-…: those of a tenant have no event type,
 * those of an event type over all tenants have no tenant. `counts` has the number of each of the `cells`.
 */
export class StatisticsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table delivery_statistics (
        resolution integer not null,
        tenant_id text not null,
        bucket timestamptz not null,
        webhook_id uuid not null,
        event_type text not null,
        cells smallint[] not null,
        counts bigint[] not null,
        primary key (resolution, tenant_id, bucket, webhook_id, event_type)
      ) partition by list (resolution);
      create table delivery_statistics_minutes partition of delivery_statistics for values in (60) with (fillfactor = 70);
      create table delivery_statistics_hours partition of delivery_statistics for values in (3600) with (fillfactor = 70);
      create table delivery_statistics_days partition of delivery_statistics for values in (86400) with (fillfactor = 70);
      create index delivery_statistics_sums on delivery_statistics (resolution, bucket, tenant_id)
        where webhook_id = '00000000-0000-0000-0000-000000000000';

      -- One row. All changes in the log up to (tx, position) are counted, and all deliveries that were created since filled_from.
      create table statistics_progress (
        id smallint primary key check (id = 1),
        tx xid8 not null,
        position bigint not null,
        filled_from timestamptz not null,
        is_filled boolean not null,
        minutes_from timestamptz not null,
        hours_from timestamptz not null,
        counted_at timestamptz not null,
        rest_until timestamptz not null
      ) with (fillfactor = 50);

      -- Deliveries that a person has deleted: their minutes are counted anew. The log does not name them any more.
      create table statistics_recounts (
        id bigint generated always as identity primary key,
        tenant_id text not null,
        webhook_id uuid not null,
        created_at timestamptz not null
      );
    `);
  }
}
