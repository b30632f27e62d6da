import { Migration } from '@mikro-orm/migrations';

/** The circuits of one tenant that are not closed, in the order of their list. */
export class CircuitsByTenantMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create index circuits_tenant_time on circuits (tenant_id, opened_at desc, webhook_id desc) where probe_at is not null
    `);
  }
}
