import { Migration } from '@mikro-orm/migrations';

/** Headers whose values are credentials, sealed. Those that lie in `headers` are brought here by `reseal.js`. */
export class SealedHeadersMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column sealed_headers jsonb not null default '{}'`);
  }
}
