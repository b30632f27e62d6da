import { Migration } from '@mikro-orm/migrations';

/**
 * The circuits of one tenant that are not closed, in the order of their list. The index is made concurrently, and so not in a
 * transaction: the version before goes on writing circuits.
 */
export class CircuitsByTenantMigration extends Migration {
  static readonly phase = 'expand';

  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    this.addSql(`
      create index concurrently if not exists circuits_tenant_time on circuits (tenant_id, opened_at desc, webhook_id desc)
      where probe_at is not null
    `);
  }
}
