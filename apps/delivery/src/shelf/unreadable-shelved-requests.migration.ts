import { Migration } from '@mikro-orm/migrations';

/** Rows of the shelf that could not be read back, and why. Nothing deletes them: a person decides. */
export class UnreadableShelvedRequestsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table unreadable_shelved_requests (
        id bigint primary key,
        partition integer not null,
        webhook_id uuid not null,
        count integer not null,
        requests bytea not null,
        reason text not null,
        set_aside_at timestamptz not null default now()
      );
    `);
  }
}
