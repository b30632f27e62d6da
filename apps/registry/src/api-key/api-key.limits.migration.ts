import { Migration } from '@mikro-orm/migrations';

/** The limits of a producer's key; null: no limit. */
export class ApiKeyLimitsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table api_keys add column event_types text[], add column tenants text[]`);
  }
}
