import { Migration } from '@mikro-orm/migrations';

/** What the key of a producer is confined to; null: it is not. */
export class ApiKeyLimitsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table api_keys add column event_types text[], add column tenants text[]`);
  }
}
