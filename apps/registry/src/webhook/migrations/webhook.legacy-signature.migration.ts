import { Migration } from '@mikro-orm/migrations';

/** The header that carries a signature of the receiver's former kind. */
export class LegacySignatureMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column legacy_signature_header text`);
  }
}
