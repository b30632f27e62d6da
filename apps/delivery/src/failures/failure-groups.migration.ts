import { Migration } from '@mikro-orm/migrations';

/** Deliveries that failed for good, or whose last attempt failed. */
const FAILING = 'error_message is not null';

/**
 * The indexes over deliveries with an error hold all that groups of failures are made of, so that counting them reads no rows
 * of the table. Each takes the place of an index that had the same first columns.
 */
const INDEXES = [
  {
    name: 'deliveries_failing',
    replaces: 'deliveries_errors',
    suffix: 'failing',
    columns: '(created_at desc, id desc, status) include (webhook_id, error_class, day)',
  },
  {
    name: 'deliveries_tenant_failing',
    replaces: 'deliveries_tenant_errors',
    suffix: 'tenant_failing',
    columns: '(tenant_id, created_at desc, id desc, status) include (webhook_id, error_class, day)',
  },
] as const;

/**
 * Not one transaction: the index of each day's partition is made by a statement of its own, so that dispatch can write again
 * after each day. In the end PostgreSQL takes these indexes over into the index of the whole table, without making them again.
 * Every statement may be repeated after a failure in the middle.
 */
export class FailureGroupsMigration extends Migration {
  static readonly phase = 'expand';

  override isTransactional(): boolean {
    return false;
  }

  override async up(): Promise<void> {
    const partitions = (await this.execute(`
      select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'deliveries'::regclass order by 1`)) as { name: string }[];
    for (const { name, replaces, suffix, columns } of INDEXES) {
      for (const partition of partitions)
        this.addSql(
          `create index if not exists ${partition.name}_${suffix} on ${partition.name} ${columns} where ${FAILING}`,
        );
      this.addSql(`create index if not exists ${name} on deliveries ${columns} where ${FAILING}`);
      this.addSql(`drop index if exists ${replaces}`);
    }
  }
}
