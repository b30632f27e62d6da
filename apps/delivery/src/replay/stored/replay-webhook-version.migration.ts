import { Migration } from '@mikro-orm/migrations';

/** The version of the webhook that was known when the replay was requested; null in older rows. */
export class ReplayWebhookVersionMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table replays add column webhook_version integer`);
  }
}
