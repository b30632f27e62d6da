import { Migration } from '@mikro-orm/migrations';

/** The client certificate of a webhook: its public facts, and the sealed certificate with its key. */
export class WebhookCertificateMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`alter table webhooks add column client_certificate jsonb`);
  }
}
