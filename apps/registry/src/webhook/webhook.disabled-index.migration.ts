import { Migration } from '@mikro-orm/migrations';

/** Those few that are disabled, newest first: an operator's list of them would go through all the others. */
export class DisabledWebhooksMigration extends Migration {
  override up(): void {
    this.addSql(`create index webhooks_disabled_newest on webhooks (created_at desc, id desc) where not is_active`);
  }
}
