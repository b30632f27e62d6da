import { Migration } from '@mikro-orm/migrations';

/** Which version of its webhook a retry was asked for with; null where nobody asked for one, and in older rows. */
export class RetryWebhookVersionMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table due_deliveries add column webhook_version integer`);
  }
}
