import { Migration } from '@mikro-orm/migrations';

/** To which enabling of its webhook a circuit belongs, by the registry's clock; null in rows of older releases. */
export class CircuitEnablingMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table circuits add column active_since timestamptz`);
  }
}
