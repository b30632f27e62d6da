import { Migration } from '@mikro-orm/migrations';

/**
 * Deliveries that an owner had on the wire when it gave its partitions up: until their time comes, only that owner may record
 * the outcome, under the epoch that it had.
 */
export class HeldDeliveriesMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      alter table due_deliveries add column held_epoch bigint;
      create index due_deliveries_held on due_deliveries (partition) where held_epoch is not null;
    `);
  }
}
