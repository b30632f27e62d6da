import { Migration } from '@mikro-orm/migrations';

/** What a webhook shows to a receiver that asks for a client certificate: its facts, and sealed the certificate with its key. */
export class WebhookCertificateMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column client_certificate jsonb`);
  }
}
