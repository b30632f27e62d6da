import { Migration } from '@mikro-orm/migrations';

/**
 * The kind of a delivery's last attempt, so that the sentence about it can name a retry that a person asked for; null in
 * older rows.
 */
export class LastAttemptMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('alter table deliveries add column last_attempt text');
  }
}
