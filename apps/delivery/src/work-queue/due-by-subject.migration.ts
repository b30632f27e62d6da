import { Migration } from '@mikro-orm/migrations';

/** The place of deliveries that must not overtake one another: by webhook and subject, in the order of their requests. */
export class DueBySubjectMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      alter table due_deliveries add column subject text, add column request_offset bigint;
      create index due_deliveries_by_subject on due_deliveries (webhook_id, subject, request_offset)
        where subject is not null;
    `);
  }
}
