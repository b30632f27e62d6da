import { Migration } from '@mikro-orm/migrations';

/**
 * The columns that identify a message and its object (docs/adr/0028). They are null in older rows: the log has the values,
 * and `rebuild` fills them in. Filling them in this migration would keep a large installation from starting for hours.
 *
 * In each index the columns after the searched one give the order of a list. They also let PostgreSQL skip rows of other
 * tenants, of which many may have the same id, without reading them. Each text has 2,048 bytes at most (`attributeFault`), so
 * that an entry fits.
 */
export class MessageIdentityMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      alter table deliveries add column message_id text, add column source text, add column subject text;
      create index deliveries_message on deliveries (message_id, created_at desc, id desc, tenant_id)
        where message_id is not null;
      create index deliveries_source on deliveries (source, created_at desc, id desc, tenant_id)
        where source is not null;
      -- Both ways round: the subject is also looked for without a type.
      create index deliveries_subject on deliveries (subject, event_type, created_at desc, id desc, tenant_id)
        where subject is not null;
    `);
  }
}
