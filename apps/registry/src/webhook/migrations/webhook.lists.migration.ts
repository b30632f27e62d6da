import { Migration } from '@mikro-orm/migrations';

/**
 * Lets an operator's lists avoid reading the whole table. An index holds the few disabled webhooks, newest first.
 * Larger statistics cover event types with few subscribers: the usual statistics leave them out, so PostgreSQL would
 * take them for common ones and read all webhooks for a page.
 */
export class WebhookListsMigration extends Migration {
  static readonly phase = 'expand';

  override up(): void {
    this.addSql(`create index webhooks_disabled_newest on webhooks (created_at desc, id desc) where not is_active`);
    this.addSql(`alter table webhooks alter column events set statistics 1000`);
  }
}
