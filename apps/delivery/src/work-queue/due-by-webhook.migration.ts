import { Migration } from '@mikro-orm/migrations';

/** The deliveries of one webhook that have not ended, a page at a time: they end together when it takes no more. */
export class DueByWebhookMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`create index due_deliveries_by_webhook on due_deliveries (webhook_id, delivery_id)`);
  }
}
