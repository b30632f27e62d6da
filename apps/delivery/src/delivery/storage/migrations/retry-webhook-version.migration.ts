import { Migration } from '@mikro-orm/migrations';

/** The version of the webhook that was known when a person asked for a retry; null if no person asked, and in older rows. */
export class RetryWebhookVersionMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table due_deliveries add column webhook_version integer`);
  }
}
