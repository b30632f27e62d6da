import { Migration } from '@mikro-orm/migrations';

/** What the last attempt of a delivery was, so that a retry that a person asked for is told of; null in rows from before. */
export class LastAttemptMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('alter table deliveries add column last_attempt text');
  }
}
