import { Migration } from '@mikro-orm/migrations';

/**
 * When the circuit's webhook was last enabled at the time when its failures began, by the registry's clock; null in rows of
 * older releases.
 */
export class CircuitEnablingMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table circuits add column active_since timestamptz`);
  }
}
