import { Migration } from '@mikro-orm/migrations';

/** The few tenants that are suspended, newest first, without a look at the others. */
export class TenantListsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(
      `create index tenants_suspended_newest on tenants (created_at desc, id desc) where status = 'suspended'`,
    );
  }
}
