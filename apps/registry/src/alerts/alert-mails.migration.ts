import { Migration } from '@mikro-orm/migrations';

/**
 * Whom a tenant wants alerted by e-mail, and the mails to be sent. The mails are no projection: they are a work queue,
 * filled by the relay, and a rebuild leaves them alone, so that nobody is alerted twice.
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
