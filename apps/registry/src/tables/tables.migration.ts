import { Migration } from '@mikro-orm/migrations';

/** The state of the published tables on Kafka: one row. */
export class TablesMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table published_tables (
        is_only_row boolean primary key default true check (is_only_row),
        generation bigint not null,
        completed_generation bigint,
        beat bigint not null default 0,
        server text,
        relay_position text,
        places jsonb not null default '{}',
        updated_at timestamptz not null default now()
      );
    `);
  }
}
