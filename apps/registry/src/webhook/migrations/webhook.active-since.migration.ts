import { Migration } from '@mikro-orm/migrations';

/**
 * When a webhook was last registered or enabled. Rows from before the migration have none until they are enabled, or
 * rebuilt: delivery then keeps what it has stored of their circuits, as it did before.
 */
export class ActiveSinceMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column active_since timestamptz`);
  }
}
