import { Migration } from '@mikro-orm/migrations';

/** The name of the header with a signature in the receiver's former format. */
export class LegacySignatureMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column legacy_signature_header text`);
  }
}
