import { Migration } from '@mikro-orm/migrations';

/**
 * Lets lists, filters and searches avoid reading the whole table (see docs/adr/0022): a table says when the deliveries of
 * each day's partition were created, and each filter has an index, newest first. Failed, open and late deliveries have
 * partial indexes of their own, which cost nothing for a delivery that succeeds at once.
 */
export class DeliveryListsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table delivery_days (
        day date primary key,
        created_from timestamptz not null,
        created_until timestamptz not null
      );
      -- A replica of the version before may still write for a while, and would not tell here.
      insert into delivery_days
      select day, min(created_at) - interval '1 day', now() + interval '1 day' from deliveries group by day;

      -- The event type comes last: an index scan looks at it without looking at the row.
      drop index deliveries_tenant_created;
      create index deliveries_tenant_created on deliveries (tenant_id, created_at desc, id desc, event_type);
      create index deliveries_created on deliveries (created_at desc, id desc);
      create index deliveries_type_created on deliveries (event_type, created_at desc, id desc);
      -- The id first: it is also looked for without its type.
      drop index deliveries_event;
      create index deliveries_event on deliveries (event_id, event_type);

      drop index deliveries_webhook_status;
      create index deliveries_webhook_status on deliveries (webhook_id, status, created_at desc, id desc)
        where status <> 'SUCCESS';
      create index deliveries_tenant_errors on deliveries (tenant_id, created_at desc, id desc, status)
        where error_message is not null;
      create index deliveries_errors on deliveries (created_at desc, id desc, status) where error_message is not null;
      create index deliveries_open on deliveries (created_at desc, id desc, status, tenant_id)
        where status in ('PENDING', 'RETRYING');
      create index deliveries_sent_late on deliveries (sent_at) where sent_at - created_at > interval '1 minute';
    `);
    // Without the extension the search finds the same, but reads more errors.
    this.addSql(`
      do $$ begin
        create extension if not exists pg_trgm with schema public;
      exception when insufficient_privilege or feature_not_supported or undefined_file then
        raise notice 'pg_trgm is not there: error messages are searched without an index';
      end $$;
    `);
    // Keeps the list of entries that are not yet in the index short: each search reads all of it.
    this.addSql(`
      do $$ declare home name; begin
        select nspname into home from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm';
        if home is not null then
          execute format('create index deliveries_error_text on deliveries using gin (error_message %I.gin_trgm_ops)
            with (gin_pending_list_limit = 512) where error_message is not null', home);
        end if;
      end $$;
    `);
  }
}
