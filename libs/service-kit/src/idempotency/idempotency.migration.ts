import { Migration } from '@mikro-orm/migrations';

/**
 * Requests with an Idempotency-Key, in the schema of the service that got them. The table is no projection: a rebuild does not
 * touch it, and its rows expire after a day. The answer is sealed, since the answer to a creation may hold a secret.
 */
export class IdempotencyKeysMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`create table idempotency_keys (
      scope text primary key,
      fingerprint text not null,
      token uuid not null,
      lease_until timestamptz not null,
      is_committed boolean not null default false,
      sealed_answer text,
      expires_at timestamptz not null
    )`);
    this.addSql(`create index idempotency_keys_by_expiry on idempotency_keys (expires_at)`);
  }
}
