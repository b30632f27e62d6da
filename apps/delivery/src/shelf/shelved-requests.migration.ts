import { Migration } from '@mikro-orm/migrations';

/** Requests of webhooks that take nothing now, as they came from Kafka, many in a row (docs/adr/0024). */
export class ShelvedRequestsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`
      create table shelved_requests (
        id bigint generated always as identity primary key,
        partition integer not null,
        webhook_id uuid not null,
        -- How many they are.
        count integer not null,
        requests bytea not null
      );
      -- It is compressed already.
      alter table shelved_requests alter column requests set storage external;
      create index shelved_requests_by_webhook on shelved_requests (partition, webhook_id, id);
    `);
  }
}
