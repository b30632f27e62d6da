import type { EntityManager } from '@mikro-orm/postgresql';
import type { Kysely } from 'kysely';
import type { ApiKeyRow } from '../api-key/api-key.row.ts';
import type { EnablingRow } from '../enabling/enabling.entity.ts';
import type { SessionRow } from '../session/session.entity.ts';
import type { TenantRow } from '../tenant/tenant.row.ts';
import type { WebhookRow } from '../webhook/read-model/webhook.row.ts';

/** The read models by the names of their tables, with columns in camelCase. */
export interface Tables {
  webhooks: WebhookRow;
  webhook_activity: {
    readonly webhookId: string;
    readonly lastSuccessAt: Date | null;
    readonly lastFailureAt: Date | null;
  };
  tenants: TenantRow;
  api_keys: ApiKeyRow;
  enablings: EnablingRow;
  sessions: SessionRow;
}

/** Typed queries over the read models, within the transaction of `em` if it is in one. */
export const tables = (em: EntityManager): Kysely<Tables> =>
  em.getKysely<Tables>({ columnNamingStrategy: 'property', convertValues: true });
