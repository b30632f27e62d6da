import { Migration } from '@mikro-orm/migrations';

/** The installation to which the schema belongs: one row, written once, by the first start of the service. */
export class InstallationMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table installation (
        is_only_row boolean primary key default true check (is_only_row),
        name text not null,
        recorded_at timestamptz not null default now()
      );
    `);
  }
}

/** The SIGNET_PREFIX under which the schema is used; null until a start has recorded it. */
export class InstallationPrefixMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql('alter table installation add column prefix text');
  }
}
