import { Migration } from '@mikro-orm/migrations';

/**
 * The log (events of each delivery, several in a row of the log: one row an append), its projection, the work queue of
 * dispatch, and the ownership of partitions. Log and projection are partitioned by the day of the message's time; their
 * partitions are made by `DayPartitions`.
 */
export class DeliveryMigration1 extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create sequence delivery_log_position;
      create table delivery_log (
        day date not null,
        delivery_id uuid not null,
        version smallint not null,
        position bigint not null default nextval('delivery_log_position'),
        tx xid8 not null default pg_current_xact_id(),
        events json not null,
        body text,
        primary key (delivery_id, version, day)
      ) partition by range (day);
      create index delivery_log_tx_position on delivery_log (tx, position);

      create table deliveries (
        id uuid not null,
        day date not null,
        tenant_id text not null,
        webhook_id uuid not null,
        partition integer not null,
        event_type text not null,
        event_id uuid not null,
        kind text not null,
        repeats uuid,
        status text not null,
        attempt_count smallint not null,
        max_attempts smallint not null,
        next_retry_at timestamptz,
        response_status_code smallint,
        error_class text,
        error_message text,
        signature text,
        sent_at timestamptz,
        completed_at timestamptz,
        duration_ms integer,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        version smallint not null,
        primary key (id, day)
      ) partition by range (day);
      create index deliveries_webhook_created on deliveries (webhook_id, created_at desc, id desc);
      create index deliveries_tenant_created on deliveries (tenant_id, created_at desc, id desc);
      create index deliveries_webhook_status on deliveries (webhook_id, status) where status <> 'SUCCESS';
      create index deliveries_status_next_retry on deliveries (status, next_retry_at) where next_retry_at is not null;
      create index deliveries_event on deliveries (event_type, event_id);

      create table partition_owners (
        partition integer primary key,
        epoch bigint not null,
        owner text not null,
        taken_at timestamptz not null
      ) with (fillfactor = 50);

      create table due_deliveries (
        delivery_id uuid primary key,
        day date not null,
        partition integer not null,
        webhook_id uuid not null,
        created_at timestamptz not null,
        due_at timestamptz not null
      ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
      create index due_deliveries_by_time on due_deliveries (partition, due_at) where due_at < 'infinity';
      create index due_deliveries_parked on due_deliveries (webhook_id, created_at) where due_at = 'infinity';
    `);
  }
}
