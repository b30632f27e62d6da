import { Migration } from '@mikro-orm/migrations';
import { READ_MODELS_SQL, SEARCH_SQL } from './read-models.sql.ts';

/** Tenants, API keys, webhooks and their activity, with the indexes that lists, filters and search need. */
export class RegistryMigration1 extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    for (const statement of [...READ_MODELS_SQL, ...SEARCH_SQL]) this.addSql(statement);
  }
}
