import { Migration } from '@mikro-orm/migrations';

/**
 * When a webhook was last registered or enabled. Rows from before the migration get a value when the webhook is
 * enabled, or at a rebuild. Until then delivery keeps the stored circuits of these webhooks, as it did before.
 */
export class ActiveSinceMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column active_since timestamptz`);
  }
}
