import { Migration } from '@mikro-orm/migrations';

/**
 * Browsers that are signed in. The table is no projection: a rebuild does not touch it. It has no foreign key, since the row of a key
 * goes with its revocation and with a rebuild; a session without its key is over.
 */
export class SessionsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`create table sessions (
      hash text primary key,
      key_id uuid not null,
      key_hash text not null,
      started_at timestamptz not null,
      expires_at timestamptz not null
    )`);
    this.addSql(`create index sessions_of_key on sessions (key_id, started_at)`);
    this.addSql(`create index sessions_by_end on sessions (expires_at)`);
  }
}
