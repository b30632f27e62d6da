import { Migration } from '@mikro-orm/migrations';

/** Which version of its webhook a replay was asked for with; older rows have none. */
export class ReplayWebhookVersionMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table replays add column webhook_version integer`);
  }
}
