import { Migration } from '@mikro-orm/migrations';

/** The replay that was asked for when a webhook was enabled; older rows have none. */
export class ReplayMissedMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column replay_missed jsonb`);
  }
}
