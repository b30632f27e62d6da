import { Migration } from '@mikro-orm/migrations';

/**
 * What an operator's lists need to stay short of the whole table: those few that are disabled, newest first; and of the
 * event types also those that hardly anybody subscribes to, which the usual statistics leave out, so that a plan takes
 * them for common ones and goes through all webhooks for a page of them.
 */
export class WebhookListsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`create index webhooks_disabled_newest on webhooks (created_at desc, id desc) where not is_active`);
    this.addSql(`alter table webhooks alter column events set statistics 1000`);
  }
}
