import { Migration } from '@mikro-orm/migrations';

/** When the present alert about a webhook was raised. */
export class WebhookAlertsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column alerted_at timestamptz`);
  }
}
