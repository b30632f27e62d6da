import { Migration } from '@mikro-orm/migrations';

/**
 * Faults of the platform as the partitions' owners report them, so that every replica can show them; and the hosts that
 * answered lately, so that a process that starts during a fault does not take it for the receivers' fault.
 */
export class PlatformFaultsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table platform_faults (
        partition integer primary key,
        epoch bigint not null,
        evidence text not null,
        since timestamptz not null,
        held_until timestamptz not null
      );
      create table answered_hosts (
        host text primary key,
        tenants text[] not null,
        answered_at timestamptz not null
      );
      create index answered_hosts_by_time on answered_hosts (answered_at);
    `);
  }
}
