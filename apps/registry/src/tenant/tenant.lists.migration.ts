import { Migration } from '@mikro-orm/migrations';

/** An index over the suspended tenants, newest first: they are few, and a list of them need not read the others. */
export class TenantListsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(
      `create index tenants_suspended_newest on tenants (created_at desc, id desc) where status = 'suspended'`,
    );
  }
}
