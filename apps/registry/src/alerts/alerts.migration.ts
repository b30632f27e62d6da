import { Migration } from '@mikro-orm/migrations';

/** Since when people have been alerted about a webhook. */
export class WebhookAlertsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column alerted_at timestamptz`);
  }
}
