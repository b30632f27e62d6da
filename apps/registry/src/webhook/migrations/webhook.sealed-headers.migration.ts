import { Migration } from '@mikro-orm/migrations';

/** Headers whose values are credentials, sealed. `reseal.js` moves the credentials that still lie in `headers` here. */
export class SealedHeadersMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column sealed_headers jsonb not null default '{}'`);
  }
}
