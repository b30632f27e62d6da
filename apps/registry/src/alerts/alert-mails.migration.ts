import { Migration } from '@mikro-orm/migrations';

/**
 * The tenants' e-mail addresses for alerts, and the queue of mails. The queue is no projection: the relay fills it,
 * and a rebuild does not touch it, so that no alert is mailed twice.
 */
export class AlertMailsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table tenants add column alert_email text`);
    this.addSql(`create table alert_mails (
      alert_id uuid primary key,
      tenant_id text not null,
      alert jsonb not null,
      created_at timestamptz not null,
      attempts integer not null default 0,
      due_at timestamptz,
      ended_at timestamptz,
      result text,
      check ((due_at is null) = (ended_at is not null and result is not null))
    )`);
    this.addSql(`create index alert_mails_due on alert_mails (due_at) where due_at is not null`);
    this.addSql(`create index alert_mails_ended on alert_mails (ended_at) where ended_at is not null`);
  }
}
