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
 * How long making an index waits for other transactions. It waits for those that read or wrote before it, and no statement waits
 * behind it meanwhile. The counting of statistics reads for up to 30 s, which a migration's usual lock_timeout of a second is too
 * short for.
 */
const LOCK_WAIT = '2min';

/**
 * Not one transaction: the index of each day's partition is made by a statement of its own, `concurrently`, so that dispatch goes on
 * writing to that day. In the end PostgreSQL takes these indexes over into the index of the whole table, without making them again;
 * it makes only those of days that were added meanwhile, which are almost empty.
 *
 * Every statement may be repeated after a failure in the middle. An index that was not completed is left behind invalid, and is
 * removed first.
 */
export class FailureGroupsMigration extends Migration {
  static readonly phase = 'expand';

  override isTransactional(): boolean {
    return false;
  }

  override async up(): Promise<void> {
    const partitions = (await this.execute(`
      select c.relname as name, array(
        select x.relname::text from pg_index j join pg_class x on x.oid = j.indexrelid
        where j.indrelid = c.oid and not j.indisvalid
      ) as incomplete
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'deliveries'::regclass order by 1`)) as { name: string; incomplete: string[] }[];
    for (const { name, replaces, suffix, columns } of INDEXES) {
      // The statements run one after another, so all of them in the only session of the pool.
      this.addSql(`set lock_timeout = '${LOCK_WAIT}'`);
      for (const partition of partitions) {
        const own = `${partition.name}_${suffix}`;
        if (partition.incomplete.includes(own)) this.addSql(`drop index concurrently if exists ${own}`);
        this.addSql(`create index concurrently if not exists ${own} on ${partition.name} ${columns} where ${FAILING}`);
      }
      this.addSql('reset lock_timeout');
      this.addSql(`create index if not exists ${name} on deliveries ${columns} where ${FAILING}`);
      this.addSql(`drop index if exists ${replaces}`);
    }
  }
}
